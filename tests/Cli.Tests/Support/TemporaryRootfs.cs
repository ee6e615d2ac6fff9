namespace Minirun.Cli.Tests.Support;

/// <summary>A root file system of a test's own: busybox, and the probe at /probe. Gone on Dispose.</summary>
internal sealed class TemporaryRootfs : IDisposable
{
    public TemporaryRootfs()
    {
        Path = TestRun.NewPath("rootfs");
        Tree.Copy(System.IO.Path.Combine(Programs.Samples, "busybox"), Path);
        File.Copy(Programs.Probe, Inside("/probe"));
        Machine.OurRoots.Add(Path);
    }

    public string Path { get; }

    /// <summary>The host's path of a path inside.</summary>
    public string Inside(string path) => System.IO.Path.Combine(Path, path.TrimStart('/'));

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Inside(path))!);
        File.WriteAllText(Inside(path), text);
    }

    public void WriteProgram(string path, string text)
    {
        Write(path, text);
        File.SetUnixFileMode(Inside(path), (UnixFileMode)0b111_101_101);
    }

    /// <summary>A symbolic link, in place of whatever was there.</summary>
    public void Link(string path, string target)
    {
        File.Delete(Inside(path));
        File.CreateSymbolicLink(Inside(path), target);
    }

    public void Dispose() => Tree.Remove(Path);
}
