namespace Minirun.Cli.Tests.Support;

/// <summary>A directory of a test's own on the host. Gone on Dispose.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
        : this(TestRun.NewPath("directory"))
    {
    }

    private TemporaryDirectory(string path) => Path = Directory.CreateDirectory(path).FullName;

    /// <summary>In memory, where that can be: a disk takes a millisecond for each directory that is removed.</summary>
    public static TemporaryDirectory InMemory()
    {
        const string memory = "/dev/shm";
        return Directory.Exists(memory)
            ? new(System.IO.Path.Combine(memory, System.IO.Path.GetFileName(TestRun.Directory) + "-" + Guid.NewGuid().ToString("n")[..12]))
            : new();
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public string Read(string name) => File.ReadAllText(this[name]);

    public void Dispose() => Tree.Remove(Path);
}
