using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// The end of all processes of a container, from any state: by its cgroup where it has one, which also thaws; by its first process, whose
/// end is that of all others in a pid namespace of their own; and where it has neither, by what is known to be its own
/// (<see cref="OwnProcesses"/>).
/// </summary>
public sealed class Ending : IDisposable
{
    private const int Round = 20;   // ms
    private readonly InitProcess? _init;
    private readonly int _pid;
    private readonly Cgroup? _cgroup;
    private readonly OwnProcesses? _members;

    /// <param name="init">The first process; null: it has ended. Not ours to close.</param>
    /// <param name="pid">The same.</param>
    /// <param name="cgroup">The container's, proven; null: it has none.</param>
    /// <param name="own">The kinds of namespaces that were made for it.</param>
    /// <param name="others">The first processes of other containers, and their monitors.</param>
    public Ending(InitProcess? init, int pid, Cgroup? cgroup, string[] own, Func<IReadOnlySet<int>> others)
    {
        (_init, _pid, _cgroup) = (init, pid, cgroup);
        // Who is in the cgroup is the container's, and nobody else is.
        if (init is not null && cgroup is null) _members = Outliving(pid, own, others);
        // Who is below it is known before it ends.
        _members?.Pids();
    }

    /// <summary>What outlives a first process: held before its end. Null when the kernel ends it all, with the pid namespace.</summary>
    public static OwnProcesses? Outliving(
        int pid, string[] own, Func<IReadOnlySet<int>> others, Func<IReadOnlySet<int>>? helpers = null)
    {
        string? space = ProcFile.ReadLink(ProcessIdentity.Directory(pid) + "/ns/pid");
        return space == ProcFile.ReadLink("/proc/self/ns/pid") || !IsFirst(pid)
            ? OwnProcesses.Of(pid, own, others, helpers)
            : null;
    }

    public void Kill()
    {
        _members?.Pids();
        _init?.Signal(signal.SIGKILL);
        if (_cgroup is not null) Gone(_cgroup.Kill);
        _members?.Kill();
    }

    /// <summary>Whether all have ended within that time.</summary>
    public bool Await(int milliseconds)
    {
        long deadline = Environment.TickCount64 + milliseconds;
        while (_init is not null && !_init.WaitForEnd((int)Math.Clamp(deadline - Environment.TickCount64, 0, Round)))
        {
            if (Environment.TickCount64 >= deadline) return false;
            // Who was thawed and frozen again, or forked in between.
            Kill();
        }
        // It may have ended when it was asked to, and others in its cgroup have not.
        if (_cgroup is not null) Gone(_cgroup.Kill);
        return _members?.End((int)Math.Max(0, deadline - Environment.TickCount64)) ?? true;
    }

    /// <summary>What keeps it from ending, and what to do about that.</summary>
    public (string Why, string Hint) Explain()
    {
        List<int> pids = _cgroup is null ? _members?.Pids() ?? [] : [];
        Gone(() => pids.AddRange(_cgroup?.Pids() ?? []));
        return StuckProcess.Explain([_pid, .. pids]);
    }

    public void Dispose() => _members?.Dispose();

    /// <summary>Of its pid namespace: with it the kernel ends all others there.</summary>
    private static bool IsFirst(int pid)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{pid}/status"))
                if (line.StartsWith("NSpid:", StringComparison.Ordinal)) return line.EndsWith("\t1", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }
        return true;
    }

    /// <summary>That a cgroup is gone already is what we want; one that is not ours to change does not keep us from the rest.</summary>
    private static void Gone(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is LinuxException { Number: Errno.ENOENT or Errno.ENODEV } or UserError)
        {
        }
    }
}
