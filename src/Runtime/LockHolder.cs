using System.Globalization;
using Minirun.Linux;

namespace Minirun.Runtime;

/// <summary>Who holds a lock of flock(2), as the kernel tells it (proc_locks(5)).</summary>
public static unsafe class LockHolder
{
    private const ulong TicksPerSecond = 100;

    /// <summary>The processes that hold one on a file or directory against all others.</summary>
    public static List<int> Find(string path)
    {
        List<int> found = [];
        statx file;
        if (sys_stat.statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &file) < 0) return found;
        string inode = ":" + file.stx_ino.ToString(CultureInfo.InvariantCulture);
        try
        {
            // 1: FLOCK  ADVISORY  WRITE 4711 08:01:131074 0 EOF
            foreach (string line in File.ReadLines("/proc/locks"))
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "FLOCK", _, "WRITE", var holder, var place, ..]
                    && place.EndsWith(inode, StringComparison.Ordinal) && int.TryParse(holder, out int pid) && MayHold(pid, file, place))
                    found.Add(pid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No procfs of our own.
        }
        return found;
    }

    /// <summary>
    /// Whether a process has that very file open: another file system has an inode of the same number, and anybody may lock that one. The
    /// device alone does not tell, as that of a lock is not always the one of its file (btrfs, overlayfs).
    /// </summary>
    private static bool MayHold(int pid, in statx file, string place)
    {
        try
        {
            foreach (string open in Directory.EnumerateFileSystemEntries($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd"))
            {
                statx each;
                if (sys_stat.statx_(fcntl.AT_FDCWD, open, 0, sys_stat.STATX_BASIC_STATS, &each) == 0 && each.stx_ino == file.stx_ino
                    && (each.stx_dev_major, each.stx_dev_minor) == (file.stx_dev_major, file.stx_dev_minor))
                    return true;
            }
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's.
            return place.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{file.stx_dev_major:x2}:{file.stx_dev_minor:x2}:"),
                StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Such as "process 4711 (minirun start), for 42 s".</summary>
    public static string Describe(string path)
    {
        foreach (int pid in Find(path))
            if (ProcessIdentity.StartTime(pid) is > 0 and var started)
                return string.Create(CultureInfo.InvariantCulture, $"process {pid}{Words(pid)}, for {Age(started)} s");
        return "a process that cannot be seen from here";
    }

    /// <summary>What it was called as, and its verb: the rest of its words may be secret.</summary>
    private static string Words(int pid)
    {
        try
        {
            string[] words = ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Split('\0');
            string verb = words.Length > 1 && words[1].Length > 0 && words[1].All(char.IsAsciiLetterLower) ? " " + words[1] : "";
            return words[0].Length == 0 ? "" : $" ({Path.GetFileName(words[0])}{verb})";
        }
        catch (LinuxException)
        {
            return "";
        }
    }

    private static ulong Age(ulong started)
    {
        ulong now = (ulong)(double.Parse(ProcFile.Read("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture) * TicksPerSecond);
        return now > started ? (now - started) / TicksPerSecond : 0;
    }
}
