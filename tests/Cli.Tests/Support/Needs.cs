namespace Minirun.Cli.Tests.Support;

/// <summary>Whether this machine has what a test needs.</summary>
internal static class Needs
{
    /// <summary>What a machine of CI has to have: there, a test that needs it is not skipped but fails.</summary>
    public const Need OnCi = Need.UserNamespaces | Need.SubordinateIds | Need.SubordinateIdsOrRoot;

    private static readonly Dictionary<Need, Lazy<string?>> s_missing = new()
    {
        [Need.Root] = new(() => Kernel.Uid == 0 ? null : "runs as root"),
        [Need.User] = new(() => Kernel.Uid != 0 ? null : "runs as an ordinary user"),
        [Need.UserNamespaces] = new(UserNamespaces),
        [Need.SubordinateIds] = new(SubordinateIds),
        [Need.SubordinateIdsOrRoot] = new(() => Kernel.Uid == 0 ? null : SubordinateIds()),
        [Need.Runc] = new(() => Programs.Find("runc") is null ? "runc is not here" : null),
        [Need.Crun] = new(Crun),
        [Need.SystemResource] = new(() => Kernel.MayRaiseLimits ? null : "CAP_SYS_RESOURCE is missing"),
        [Need.Strace] = new(() => Programs.Find("strace") is null ? "strace is not here" : null),
        [Need.OldCgroups] = new(
            () => Kernel.Uid == 0 && Directory.Exists("/sys/fs/cgroup/pids") && Directory.Exists("/sys/fs/cgroup/memory")
                ? null
                : "pids and memory of cgroup version 1 are not here, or we are not root"),
        [Need.Fuse] = new(Fuse),
        [Need.Tmux] = new(() => Programs.Find("tmux") is null ? "tmux is not here" : null),
        [Need.Arm64] = new(Arm64),
        [Need.TwoProcessors] = new(() => Environment.ProcessorCount >= 2 ? null : "there is one processor only"),
    };

    public static bool IsCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    /// <summary>Why a test with these needs cannot run here; null when it can.</summary>
    public static string? Missing(Need needs)
    {
        foreach (var (need, reason) in s_missing)
            if (needs.HasFlag(need) && reason.Value is { } text) return text;
        return null;
    }

    /// <summary>Why a test is to be skipped; null when it is to run, be it to fail.</summary>
    public static string? Skip(Need needs) => Missing(IsCi ? needs & ~OnCi : needs);

    private static string? UserNamespaces()
    {
        Result result = Minirun.Other("unshare", "--user", "--map-root-user", "true");
        return result.ExitCode == 0 ? null : $"user namespaces cannot be made here: {result.Error.Trim()}";
    }

    private static string? Crun()
    {
        const string hybrid = "/sys/fs/cgroup/unified/cgroup.controllers";
        return Programs.Find("crun") is null ? "crun is not here"
            : File.Exists(hybrid) && File.ReadAllText(hybrid).Trim().Length > 0 ? "crun does not run with hybrid cgroups"
            : null;
    }

    /// <summary>One that is older than the program it is compared with was made of other sources.</summary>
    private static string? Arm64()
    {
        if (!File.Exists(Programs.Arm64Minirun)) return "minirun is not built for arm64";
        if (File.GetLastWriteTimeUtc(Programs.Arm64Minirun) < File.GetLastWriteTimeUtc(Programs.Minirun))
            return "minirun for arm64 is older than minirun";
        return Programs.Find(Programs.Arm64Emulator) is null ? $"{Programs.Arm64Emulator} is not here" : null;
    }

    private static string? Fuse()
    {
        try
        {
            using var device = new FileStream("/dev/fuse", FileMode.Open, FileAccess.ReadWrite);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"/dev/fuse cannot be opened: {error.Message}";
        }
    }

    private static string? SubordinateIds()
    {
        if (Programs.Find("newuidmap") is null) return "newuidmap is not here";
        foreach (string file in (string[])["/etc/subuid", "/etc/subgid"])
            if (!File.Exists(file)
                || !File.ReadLines(file).Any(line => line.StartsWith(Environment.UserName + ":") || line.StartsWith(Kernel.Uid + ":")))
                return $"{file} has no range for {Environment.UserName}";
        return null;
    }
}
