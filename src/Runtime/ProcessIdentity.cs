using System.Globalization;
using Minirun.Linux;

namespace Minirun.Runtime;

/// <summary>A process by pid and start time (proc_pid_stat(5)): together they are nobody else's, whatever becomes of the pid.</summary>
public static class ProcessIdentity
{
    // Counted from the state, field 3.
    private const int ParentField = 1, FlagsField = 6, ThreadsField = 17, StartTimeField = 19;
    private const ulong PF_EXITING = 4;

    /// <summary>The start time of a process, in clock ticks since boot; 0 when there is none, or only its zombie.</summary>
    public static ulong StartTime(int pid)
    {
        try
        {
            return Parse(ProcFile.Read(DirectoryOf(pid) + "/stat"));
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ESRCH)
        {
            return 0;
        }
    }

    public static bool IsAlive(int pid, ulong startTime) => pid > 0 && startTime != 0 && StartTime(pid) == startTime;

    /// <summary>
    /// Whether all of its threads are on their way out, on which a process leaves its cgroup first; true when it is gone.
    /// </summary>
    public static bool IsEnding(int pid)
    {
        try
        {
            foreach (string task in System.IO.Directory.EnumerateDirectories(DirectoryOf(pid) + "/task"))
                if (!HasEnded(task) && ProcFile.Read(task + "/stat") is var stat
                    && (Number(stat, StateAt(stat), FlagsField) & PF_EXITING) == 0)
                    return false;
        }
        catch (Exception error) when (error is IOException or LinuxException)
        {
            // It has ended meanwhile.
        }
        return true;
    }

    /// <summary>
    /// Where /proc shows the namespaces, the root and the files of a process: its own directory, or that of a thread when its first
    /// thread has ended, whose links lead nowhere then (pthread_exit(3) in main).
    /// </summary>
    public static string Directory(int pid)
    {
        string directory = DirectoryOf(pid);
        int thread = LivingThread(pid);
        return thread == pid ? directory : $"{directory}/task/{thread.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>A thread of a process that has not ended: mostly the first, whose id is the pid.</summary>
    public static int LivingThread(int pid)
    {
        if (!HasEnded(DirectoryOf(pid))) return pid;
        try
        {
            foreach (string task in System.IO.Directory.EnumerateDirectories(DirectoryOf(pid) + "/task"))
                if (!HasEnded(task)) return int.Parse(task.AsSpan(task.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // All of it has ended.
        }
        return pid;
    }

    /// <summary>The name may hold anything, blanks and brackets too; behind its last bracket all is regular.</summary>
    internal static ulong Parse(string stat)
    {
        int at = StateAt(stat);
        if (at < 0 || stat[at] is 'X' or 'x') return 0;
        // The first thread is a zombie as soon as it has ended, and stays one as long as any other lives: then the process lives, too.
        if (stat[at] == 'Z' && Number(stat, at, ThreadsField) <= 1) return 0;
        return Number(stat, at, StartTimeField);
    }

    internal static int ParseParent(string stat) => StateAt(stat) is >= 0 and var at ? (int)Number(stat, at, ParentField) : 0;

    private static string DirectoryOf(int pid) => "/proc/" + pid.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of a thread, or the first thread of a process.</summary>
    private static bool HasEnded(string directory)
    {
        try
        {
            return ProcFile.Read(directory + "/stat") is var stat && (StateAt(stat) is var at && at < 0 || stat[at] is 'Z' or 'X' or 'x');
        }
        catch (LinuxException)
        {
            return true;
        }
    }

    private static int StateAt(string stat) => stat.LastIndexOf(')') + 2 is var at && at >= 2 && at < stat.Length ? at : -1;

    private static ulong Number(string stat, int at, int field)
    {
        for (; field > 0; field--)
            if ((at = stat.IndexOf(' ', at) + 1) == 0) return 0;
        ulong number = 0;
        for (; at < stat.Length && char.IsAsciiDigit(stat[at]); at++) number = number * 10 + stat[at] - '0';
        return number;
    }
}
