using System.Globalization;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>How a container's first process has ended, which its pidfd has told already.</summary>
internal static class FirstStatus
{
    private const int Patience = 1000, Pause = 5;   // ms
    private const int ExitCodeField = 49;   // of proc_pid_stat(5), counted from the state

    /// <summary>
    /// Its wait(2) status. One that somebody traces is the tracer's until that has waited for it, which it may never do (ptrace(2)): then
    /// the status is read from /proc, where we may, and the zombie is left to who adopts us.
    /// </summary>
    /// <param name="pid">A child of ours.</param>
    /// <param name="memory">The most that it, or one of those that it waited for, had resident at a time, in bytes.</param>
    public static int Wait(int pid, out long memory)
    {
        int status;
        for (int waited = 0; !ChildStatus.TryCollect(pid, out status, out memory); waited += Pause)
        {
            if (waited >= Patience && Traced(pid) is { } known)
            {
                memory = 0;
                return known;
            }
            Poller.Pause(Pause);
        }
        return status;
    }

    /// <summary>Null when it is not traced.</summary>
    private static int? Traced(int pid)
    {
        try
        {
            string directory = "/proc/" + pid.ToString(CultureInfo.InvariantCulture);
            if (ProcFile.Read(directory + "/status").Contains("\nTracerPid:\t0\n", StringComparison.Ordinal)) return null;
            string stat = ProcFile.Read(directory + "/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ExitCodeField], CultureInfo.InvariantCulture);
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
