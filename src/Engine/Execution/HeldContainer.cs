using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Engine.Execution;

/// <summary>
/// A container that is to get a signal or to end: its first process, proven to be its own and held by a pidfd, and what tells which other
/// processes are its own. All of them are processes of this machine, so what is done here needs neither the runtime's program nor its
/// state, and is never done to another's process, whatever is in files.
/// </summary>
public sealed class HeldContainer : IDisposable
{
    private Ending? _ending;
    private Cgroup? _cgroup;
    private bool _isLookedFor;

    public required string Id { get; init; }

    /// <summary>The first process; ours to close.</summary>
    public required InitProcess First { get; init; }

    /// <summary>The cgroup that its configuration names (<see cref="ProcessCgroup.Find"/>).</summary>
    public required Func<string> CgroupPath { get; init; }

    /// <summary>The kinds of namespaces that were made for it alone.</summary>
    public required Func<string[]> OwnNamespaces { get; init; }

    /// <summary>The first processes of other containers, and their monitors.</summary>
    public required Func<IReadOnlySet<int>> Others { get; init; }

    private Cgroup? Cgroup
    {
        get
        {
            if (!_isLookedFor) _cgroup = ProcessCgroup.Find(First.Pid, Id, CgroupPath);
            _isLookedFor = true;
            return _cgroup;
        }
    }

    /// <summary>
    /// Finds those that outlive the first process. To be called before that is asked to end: who is below it is known only as long as it
    /// lives.
    /// </summary>
    public void HoldMembers() => _ending ??= new Ending(First, First.Pid, Cgroup, OwnNamespaces(), Others);

    /// <summary>What is frozen takes no signal but SIGKILL, on cgroup version 1 not even that.</summary>
    public void Thaw()
    {
        try
        {
            Cgroup?.ThawAll();
        }
        catch (Exception error) when (error is LinuxException { Number: Errno.ENOENT or Errno.ENODEV } or UserError)
        {
            // It is gone, and nobody is in it; or it is not ours to change, which is no reason to leave the rest undone.
        }
    }

    /// <summary>For a driver: <see cref="IExecutionDriver.Kill"/>.</summary>
    internal bool Signal(int number) => First.Signal(number);

    /// <summary>For a driver: <see cref="IExecutionDriver.Terminate"/>.</summary>
    internal (string Why, string Hint)? End(int milliseconds)
    {
        HoldMembers();
        _ending!.Kill();
        return _ending.Await(milliseconds) ? null : _ending.Explain();
    }

    public void Dispose()
    {
        _ending?.Dispose();
        First.Dispose();
    }
}
