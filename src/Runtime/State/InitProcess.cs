using Minirun.Linux.Calls;

namespace Minirun.Runtime.State;

/// <summary>The first process of a container, held by a pidfd: what is done to it is never done to another that got its pid.</summary>
public sealed class InitProcess : IDisposable
{
    private readonly Pidfd _process;

    private InitProcess(Pidfd process, int pid, ulong startTime) => (_process, Pid, StartTime) = (process, pid, startTime);

    public int Pid { get; }

    /// <summary>When it began, in clock ticks since boot; 0: it had ended already.</summary>
    public ulong StartTime { get; }

    /// <summary>A pidfd; readable when the process has ended.</summary>
    public int Descriptor => _process.Descriptor;

    /// <summary>Null when it has ended.</summary>
    public static InitProcess? Open(ContainerRecord record) => Open(record.Pid, record.StartTime);

    /// <summary>Null when it has ended.</summary>
    public static InitProcess? Open(int pid, ulong startTime)
    {
        if (Pidfd.TryOpen(pid) is not { } process) return null;
        // Asked with the descriptor in hand: from now on the pid cannot change hands unnoticed.
        if (ProcessIdentity.IsAlive(pid, startTime)) return new InitProcess(process, pid, startTime);
        process.Dispose();
        return null;
    }

    /// <summary>A child of ours that nobody has waited for: the pid is its own, also when it has ended.</summary>
    public static InitProcess OpenChild(int pid) => new(Pidfd.Open(pid), pid, ProcessIdentity.StartTime(pid));

    /// <summary>False when it has ended meanwhile.</summary>
    /// <exception cref="Linux.LinuxException">The signal may not be sent.</exception>
    public bool Signal(int number) => _process.Signal(number);

    /// <summary>Whether it ended within that time; below 0: any.</summary>
    public bool WaitForEnd(int milliseconds) => _process.WaitForEnd(milliseconds);

    public void Dispose() => _process.Dispose();
}
