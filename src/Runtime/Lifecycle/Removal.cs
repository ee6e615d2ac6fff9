using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The end of a container: whatever is left of it goes away, from any state that a crash may have left it in.</summary>
public static class Removal
{
    private const int Patience = 10_000;

    /// <summary>Kills what runs, also what is frozen. Gives false when the first process does not end.</summary>
    public static bool Kill(Container container)
    {
        using InitProcess? init = InitProcess.Open(container.Record);
        init?.Signal(signal.SIGKILL);
        if (OwnCgroup(container, _ => { }) is { } cgroup) Gone(() => KillAll(cgroup));
        return init is null || init.WaitForEnd(Patience);
    }

    /// <summary>
    /// Removes cgroup and state of a container without a process, then runs its poststop hooks. The caller holds the lock.
    /// Goes on when a part fails: what cannot be removed is said, and must not keep the rest.
    /// </summary>
    public static void Remove(Container container, OciGlobals globals)
    {
        List<OciHook>? hooks = Poststop(container, globals);
        if (OwnCgroup(container, globals.Warn) is { } cgroup)
            try
            {
                // Without a pid namespace of its own, processes outlive the first one.
                Gone(() => KillAll(cgroup));
                Gone(cgroup.Delete);
            }
            catch (Exception error) when (error is LinuxException or UserError)
            {
                globals.Warn($"cgroup of {container.Id}: {error.Message}");
            }
        if (container.Record.Resctrl is { } resctrl)
            try
            {
                if (ResctrlProof.Doubt(resctrl, container.Id) is { } doubt) globals.Warn($"{container.Directory.StatePath}: resctrl: {doubt}: it is left as it is");
                else ResctrlGroup.Remove(resctrl);
            }
            catch (LinuxException error)
            {
                globals.Warn($"resctrl group of {container.Id}: {error.Message}");
            }
        container.Directory.Delete();
        HookRunner.RunAll(hooks, "poststop", container.Record.State(OciState.Stopped, pid: 0), globals.Warn);
    }

    /// <summary>What in the state is not known to be the container's stays as it is, and is said.</summary>
    private static Cgroup? OwnCgroup(Container container, Action<string> warn) =>
        container.Record.Cgroup is { } state ? Cgroup.Open(RecordedCgroup.Known(container, state, doubt => warn(doubt + ": it is left as it is"))) : null;

    /// <summary>Read while the configuration is still there.</summary>
    private static List<OciHook>? Poststop(Container container, OciGlobals globals)
    {
        try
        {
            return KeptHooks.Of(container, "poststop", hooks => hooks.Poststop);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            globals.Warn(error.Message);
            return null;
        }
    }

    /// <summary>Of SIGKILL: a frozen process of cgroup v1 dies only when it thaws.</summary>
    private static void KillAll(Cgroup cgroup)
    {
        cgroup.Kill();
        if (cgroup.IsFrozen) cgroup.Thaw();
    }

    /// <summary>That a cgroup is gone already is what we want.</summary>
    private static void Gone(Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ENODEV)
        {
        }
    }
}
