using Minirun.Linux;

namespace Minirun.Runtime;

/// <summary>
/// The kernel drops a signal for the first process of a pid namespace that has no handler for it (pid_namespaces(7)): `sleep 1000` would
/// have died of SIGTERM outside, and lives on as PID 1. Whoever wants a container to end asks here, and kills it then.
/// </summary>
public static class DroppedSignal
{
    /// <summary>Whether the signal's default action ends a process (signal(7)).</summary>
    public static bool Ends(int number) =>
        number is not (signal.SIGCHLD or signal.SIGCONT or signal.SIGURG or signal.SIGWINCH or signal.SIGSTOP or signal.SIGTSTP)
            and not (signal.SIGTTIN or signal.SIGTTOU);

    /// <summary>Whether it would end any process but this one, which will never hear of it.</summary>
    public static bool Is(int number, int pid)
    {
        if (!Ends(number) || number == signal.SIGKILL) return false;
        ulong known = 0;
        bool isFirst = false;
        try
        {
            foreach (string line in File.ReadLines($"/proc/{pid}/status"))
                if (line.StartsWith("Sig", StringComparison.Ordinal) && line[3..Math.Min(7, line.Length)] is "Blk:" or "Ign:" or "Cgt:")
                    known |= Convert.ToUInt64(line[7..].Trim(), 16);
                else if (line.StartsWith("NSpid:", StringComparison.Ordinal)) isFirst = line.EndsWith("\t1", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;   // it is gone
        }
        return isFirst && (known & signal.Bit(number)) == 0;
    }
}
