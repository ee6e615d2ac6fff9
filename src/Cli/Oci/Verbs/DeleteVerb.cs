using Minirun.Cli.CommandLine;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary>
/// <c>delete [--force] [--regex] ID</c>. With --force it ends any container, and that there is none is success: engines call it to be sure.
/// </summary>
internal static class DeleteVerb
{
    private const int Patience = 10_000;

    public static OciVerb Verb() => new("ID", "remove a stopped container", s_flags, Execute) { EndsContainers = true };

    private static Flag[] s_flags => [new("force", 'f', null, "kill a running container first; a missing one is no error"), IdPattern.Flag];

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        bool force = arguments.Has("force");
        var store = new StateStore(globals.Root);
        IdPattern.ForEach(store, arguments, id => Delete(store, id, globals, force));
        return 0;
    }

    private static void Delete(StateStore store, string id, OciGlobals globals, bool force)
    {
        ContainerDirectory? directory = store.Find(id);
        if (directory is null && force) return;
        if (directory is null) throw UserError.AsRunc(StateStore.NotThere);
        try
        {
            using (directory) Delete(directory, globals, force);
        }
        catch (UserError error) when (force && error.Message == StateStore.NotThere)
        {
            // Another deleted it while we waited.
        }
    }

    private static void Delete(ContainerDirectory directory, OciGlobals globals, bool force)
    {
        if (!force) directory.Lock();
        else if (!directory.TryLock(0)) Interrupt(directory);
        if (Read(directory, force) is not { } record)
        {
            if (!force)
                throw new UserError(StateStore.NotThere,
                    $"it was never made to its end; `delete --force {directory.Id}` removes what is there");
            LostContainer.Remove(directory, globals);
            return;
        }
        var container = new Container(directory, record);
        ContainerStatus status = container.Status();
        if (status is ContainerStatus.Running or ContainerStatus.Paused && !force)
            throw new UserError($"cannot delete container {container.Id} that is not stopped: {Container.Word(status)}",
                $"kill it, or delete --force {container.Id}");
        if (status != ContainerStatus.Stopped || (force && Removal.MayLive(container))) Removal.Kill(container, globals.Warn);
        Removal.Remove(container, globals);
    }

    /// <summary>
    /// Somebody is at work on it, and may never come to an end: without the container's first process, its creator or starter does.
    /// </summary>
    private static void Interrupt(ContainerDirectory directory)
    {
        if (Read(directory, force: true) is { } record && new Container(directory, record).Doubt is null)
            using (InitProcess? init = InitProcess.Open(record)) init?.Signal(signal.SIGKILL);
        if (!directory.TryLock(Patience))
            throw new UserError($"cannot delete container {directory.Id}: another process is changing it",
                "look for a minirun-oci that hangs, in a hook perhaps");
    }

    private static ContainerRecord? Read(ContainerDirectory directory, bool force)
    {
        try
        {
            return directory.Read();
        }
        catch (Exception error) when (force && error is UserError or LinuxException)
        {
            // What it would have said is found in another way.
            return null;
        }
    }
}
