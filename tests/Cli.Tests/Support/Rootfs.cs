namespace Minirun.Cli.Tests.Support;

/// <summary>Root file systems that all tests share; nobody writes into them.</summary>
internal static class Rootfs
{
    private static readonly Lazy<string> s_busybox = new(CopyBusybox);

    /// <summary>This run's own copy of the busybox sample, with the probe at /probe.</summary>
    public static string Busybox => s_busybox.Value;

    /// <summary>The directory's name, which is the container's host name.</summary>
    public const string BusyboxName = "busybox";

    private static string CopyBusybox()
    {
        string path = Path.Combine(TestRun.Directory, BusyboxName);
        Tree.Copy(Path.Combine(Programs.Samples, "busybox"), path);
        File.Copy(Programs.Probe, Path.Combine(path, "probe"));
        Machine.OurRoots.Add(path);
        return path;
    }
}
