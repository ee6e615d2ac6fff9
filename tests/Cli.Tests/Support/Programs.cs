namespace Minirun.Cli.Tests.Support;

/// <summary>Where the built programs and the sample root file systems are.</summary>
internal static class Programs
{
    public static readonly string Bin = Environment.GetEnvironmentVariable("MINIRUN_BIN") ?? Path.Combine(Checkout(), "bin");
    public static readonly string Samples =
        Environment.GetEnvironmentVariable("MINIRUN_ROOTFS") ?? Path.Combine(Checkout(), "rootfs-samples");
    public static readonly string Minirun = Built("minirun");
    public static readonly string Probe = Built("probe");

    /// <summary>The same program for arm64, and what runs it on another processor (`./build.sh build --arch arm64`).</summary>
    public static readonly string Arm64Minirun = Path.Combine(Bin, "arm64", "minirun");
    public const string Arm64Emulator = "qemu-aarch64-static";

    /// <summary>The full path of a program of the machine; null when it has none.</summary>
    public static string? Find(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin".Split(':')
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether a program of this name runs with this among its words.</summary>
    public static bool Running(string name, string word) => System.Diagnostics.Process.GetProcessesByName(name).Any(each =>
    {
        try
        {
            return File.ReadAllText($"/proc/{each.Id}/cmdline").Split('\0').Contains(word);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static string Built(string name)
    {
        string path = Path.Combine(Bin, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not built: run ./build.sh build, or set MINIRUN_BIN");
    }

    private static string Checkout()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Runtime.sln"))) return directory.FullName;
        throw new DirectoryNotFoundException($"no Runtime.sln above {AppContext.BaseDirectory}: set MINIRUN_BIN and MINIRUN_ROOTFS");
    }
}
