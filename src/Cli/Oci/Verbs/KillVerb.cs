using Minirun.Cli.CommandLine;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary>
/// <c>kill [--all] [--regex] ID [SIGNAL]</c>. Takes no lock: somebody may want to end a container just because it hangs in another verb.
/// </summary>
internal static class KillVerb
{
    public static OciVerb Verb() => new("ID [SIGNAL]", "send a signal (default: SIGTERM) to a container's first process",
        [new("all", 'a', null, "to all processes of the container"), IdPattern.Flag], Execute)
    {
        Maximum = 2,
        EndsContainers = true,
    };

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        string text = arguments.Words.Count > 1 ? arguments.Words[1] : "TERM";
        int number = SignalName.Parse(text);
        if (number < 0) throw new UserError($"unknown signal \"{text}\"", "a name as kill -l has it, or a number up to 64");
        var store = new StateStore(globals.Root);
        IdPattern.ForEach(store, arguments, id => Kill(Container.Load(store, id), number, arguments.Has("all")));
        return 0;
    }

    private static void Kill(Container container, int number, bool toAll)
    {
        if (toAll && container.Cgroup is { } all)
        {
            // Also after the first process has ended: others may be left, and that none is left is no mistake of who asks.
            SignalAll(all, number);
            return;
        }
        if (container.Doubt is { } doubt)
            throw new UserError(doubt,
                $"nothing was done to it; `minirun-oci delete --force {container.Id}` removes the container, and leaves it");
        using InitProcess? init = InitProcess.Open(container.Record);
        // Held before the first process ends: the others are found by its namespace then.
        bool alone = number == signal.SIGKILL && init is not null && container.Record.Cgroup is null;
        using Ending? ending = alone ? new Ending(init, container.Record.Pid, null, container.OwnNamespaces(), container.Others) : null;
        // The first process is known by itself, whatever the state says of the cgroup.
        if (init is null || !init.Signal(number))
        {
            // Without a pid namespace of its own, the end of the first process is not the others' end.
            if (number != signal.SIGKILL || !container.Record.SharesPidNamespace || container.Cgroup is not { } cgroup
                || cgroup.Pids().Count == 0)
                throw UserError.AsRunc("container not running");
            SignalAll(cgroup, number);
            return;
        }
        ending?.Kill();
        if (number != signal.SIGKILL || container.Cgroup is not { } own) return;
        if (container.Record.SharesPidNamespace) SignalAll(own, number);
        else Thaw(own);
    }

    private static void SignalAll(Cgroup cgroup, int number)
    {
        try
        {
            if (number == signal.SIGKILL) cgroup.Kill();
            else if (number != 0) cgroup.Signal(number);
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ENODEV)
        {
            // The cgroup is gone, and everybody with it.
        }
    }

    /// <summary>
    /// What is frozen on cgroup v1, it may be by the container itself below its own, dies only when it thaws; its first process waits for
    /// it.
    /// </summary>
    private static void Thaw(Cgroup cgroup)
    {
        try
        {
            cgroup.ThawAll();
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ENODEV)
        {
            // Gone already.
        }
    }
}
