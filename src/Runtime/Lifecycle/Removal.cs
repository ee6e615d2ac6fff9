using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The end of a container: whatever is left of it goes away, from any state that a crash may have left it in.</summary>
public static class Removal
{
    private const int Patience = 10_000;

    /// <summary>Kills what runs, also what is frozen. A process that is not known to be the container's is left, and said.</summary>
    /// <exception cref="UserError">The first process does not end, and why.</exception>
    public static void Kill(Container container, Action<string> warn)
    {
        using InitProcess? init = OwnInit(container, warn);
        // Of one that is not known to be the container's, though a signal harms it no more, nobody else is looked for.
        string[] own = container.Doubt is null ? container.OwnNamespaces() : [];
        using var ending = new Ending(init, container.Record.Pid, OwnCgroup(container, _ => { }), own, container.Others);
        ending.Kill();
        if (ending.Await(Patience)) return;
        (string why, string hint) = ending.Explain();
        throw new UserError($"cannot delete container {container.Id}: its first process does not end: {why}", hint);
    }

    /// <summary>Whether a container that has stopped, as its state says, has a process all the same: the state may be spoilt.</summary>
    public static bool MayLive(Container container) =>
        container.Directory.ReadInit() is { } kept && kept.Pid != container.Record.Pid && ProcessIdentity.IsAlive(kept.Pid, kept.StartTime);

    /// <summary>The process that the state names, if it lives and is the container's; else what is noted beside it.</summary>
    private static InitProcess? OwnInit(Container container, Action<string> warn)
    {
        string? doubt = container.Doubt;
        if (doubt is null && InitProcess.Open(container.Record) is { } init) return init;
        // Whom another command is killing leaves its cgroup before it has ended, and waits perhaps for others that are frozen: a signal
        // harms it no more.
        bool isEnding = doubt is not null && ProcessIdentity.IsEnding(container.Record.Pid);
        if (doubt is not null && !isEnding) warn(doubt + ": it is left as it is");
        (int Pid, ulong StartTime)? kept = container.Directory.ReadInit();
        if (isEnding && (kept is null || kept.Value.Pid == container.Record.Pid)) return InitProcess.Open(container.Record);
        if (kept is null) return null;
        (container.Record.Pid, container.Record.StartTime) = kept.Value;
        return container.Doubt is null ? InitProcess.Open(container.Record) : null;
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
                Gone(cgroup.Kill);
                Gone(cgroup.Delete);
            }
            catch (Exception error) when (error is LinuxException or UserError)
            {
                globals.Warn($"cgroup of {container.Id}: {error.Message}");
            }
        if (container.Record.Resctrl is { } resctrl)
            try
            {
                if (ResctrlProof.Doubt(resctrl, container.Id) is { } doubt)
                    globals.Warn($"{container.Directory.StatePath}: resctrl: {doubt}: it is left as it is");
                else ResctrlGroup.Remove(resctrl);
            }
            catch (LinuxException error)
            {
                globals.Warn($"resctrl group of {container.Id}: {error.Message}");
            }
        RemoveMounts(container.Directory, container.Record, globals);
        container.Directory.Delete();
        HookRunner.RunAll(hooks, "poststop", container.Record.State(OciState.Stopped, pid: 0), globals.Warn);
    }

    /// <summary>
    /// What was mounted for it on the host, as its state has it, and as it was noted beside that: that may be lost or spoilt.
    /// </summary>
    internal static void RemoveMounts(ContainerDirectory directory, ContainerRecord record, OciGlobals globals)
    {
        try
        {
            if (record.HostRoot is { } root) HostRoot.Remove(root, record.Rootfs);
            if (directory.ReadHostRoot() is { } noted) HostRoot.Remove(noted.Root, noted.Rootfs);
        }
        catch (LinuxException error)
        {
            globals.Warn($"mounts of {directory.Id}: {error.Message}");
        }
    }

    /// <summary>
    /// What in the state is not known to be the container's stays as it is, and is said; then what was made for it is looked for.
    /// </summary>
    private static Cgroup? OwnCgroup(Container container, Action<string> warn)
    {
        bool isSpoilt = false;
        CgroupState known = container.Record.Cgroup is not { } state ? new() : RecordedCgroup.Known(container, state, doubt =>
        {
            isSpoilt = true;
            warn(doubt + ": it is left as it is");
        });
        if (isSpoilt && LostContainer.Cgroups(container.Directory, container.Record.Cgroup?.Inodes.Values) is { } made)
            foreach (var (controller, path) in RecordedCgroup.Known(container, made, _ => { }).Paths) known.Paths.TryAdd(controller, path);
        return known.Paths.Count > 0 || known.Unit is not null ? Cgroup.Open(known) : null;
    }

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
