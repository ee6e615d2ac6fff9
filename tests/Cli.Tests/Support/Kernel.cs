using Mono.Unix.Native;

namespace Minirun.Cli.Tests.Support;

/// <summary>What the kernel says, through Mono.Posix: nothing of minirun's own has a part in it (docs/decisions/0005).</summary>
internal static class Kernel
{
    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGTERM = 15, SIGCONT = 18,
        SIGSTOP = 19, SIGWINCH = 28;

    public static uint Uid { get; } = Syscall.geteuid();

    public static uint Gid { get; } = Syscall.getegid();

    /// <summary>CAP_SYS_RESOURCE in the first user namespace.</summary>
    public static bool MayRaiseLimits =>
        (Convert.ToUInt64(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim(), 16)
            & (1 << 24))
            != 0
        && File.ReadAllText("/proc/self/uid_map").Contains("4294967295");

    public static void Signal(int pid, int number)
    {
        if (Syscall.kill(pid, NativeConvert.ToSignum(number)) != 0)
            throw new InvalidOperationException($"kill({pid}, {number}): {Stdlib.GetLastError()}");
    }

    /// <summary>Whether there is a process, dead ones that nobody has waited for aside.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Device and inode of a file, links followed (also those of /proc); null when it cannot be looked at.</summary>
    public static (ulong Device, ulong Inode)? Identity(string path) =>
        Syscall.stat(path, out Stat stat) < 0 ? null : (stat.st_dev, stat.st_ino);
}
