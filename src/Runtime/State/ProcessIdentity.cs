using System.Globalization;
using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>A process by pid and start time (proc_pid_stat(5)): together they are nobody else's, whatever becomes of the pid.</summary>
public static class ProcessIdentity
{
    private const int StartTimeField = 19;   // counted from the state, field 3

    /// <summary>The start time of a process, in clock ticks since boot; 0 when there is none, or only its zombie.</summary>
    public static ulong StartTime(int pid)
    {
        try
        {
            return Parse(ProcFile.Read("/proc/" + pid.ToString(CultureInfo.InvariantCulture) + "/stat"));
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ESRCH)
        {
            return 0;
        }
    }

    public static bool IsAlive(int pid, ulong startTime) => pid > 0 && startTime != 0 && StartTime(pid) == startTime;

    /// <summary>The name may hold anything, blanks and brackets too; behind its last bracket all is regular.</summary>
    internal static ulong Parse(string stat)
    {
        int at = stat.LastIndexOf(')') + 2;
        if (at < 2 || at >= stat.Length || stat[at] is 'Z' or 'X' or 'x') return 0;
        for (int field = 0; field < StartTimeField; field++)
            if ((at = stat.IndexOf(' ', at) + 1) == 0) return 0;
        ulong time = 0;
        for (; at < stat.Length && char.IsAsciiDigit(stat[at]); at++) time = time * 10 + stat[at] - '0';
        return time;
    }
}
