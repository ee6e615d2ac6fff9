using System.Runtime.InteropServices;

namespace Minirun.Cli.Tests.Support;

internal static partial class Kernel
{
    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGTERM = 15, SIGCONT = 18,
        SIGSTOP = 19, SIGWINCH = 28;

    public static uint Uid { get; } = geteuid();

    public static uint Gid { get; } = getegid();

    /// <summary>CAP_SYS_RESOURCE in the first user namespace.</summary>
    public static bool MayRaiseLimits =>
        (Convert.ToUInt64(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim(), 16)
            & (1 << 24))
            != 0
        && File.ReadAllText("/proc/self/uid_map").Contains("4294967295");

    public static void Signal(int pid, int number)
    {
        if (kill(pid, number) != 0) throw new InvalidOperationException($"kill({pid}, {number}): errno {Marshal.GetLastPInvokeError()}");
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
    public static unsafe (ulong Device, ulong Inode)? Identity(string path)
    {
        byte* buffer = stackalloc byte[256];
        return statx(-100, path, 0, 0x7ff, buffer) < 0
            ? null
            : (((ulong)*(uint*)(buffer + 136) << 32) | *(uint*)(buffer + 140), *(ulong*)(buffer + 32));
    }

    [LibraryImport("libc", SetLastError = true)] private static partial int kill(int pid, int number);
    [LibraryImport("libc")] private static partial uint geteuid();
    [LibraryImport("libc")] private static partial uint getegid();
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* buffer);
}
