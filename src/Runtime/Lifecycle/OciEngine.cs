using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>The verbs of minirun-oci that make processes. Each gives the exit code.</summary>
public static class OciEngine
{
    /// <summary>Makes a container that waits for <see cref="Start"/>.</summary>
    public static int Create(OciGlobals globals, CreateOptions options)
    {
        using var maker = new ContainerMaker(globals, options, waits: true);
        Make(maker, (plan, container) =>
        {
            if (maker.ParentPart().Follow(plan, container) != ReportKind.Created)
                throw new UserError("the container's first process ended before it was made", maker.OutOfMemory() ?? "was it killed?");
            maker.Announce(container);
            Launcher.Go(container.ReportFd);
            // Its end of the channel closes when it minds us no more.
            maker.ParentPart().Follow(plan, container);
            return 0;
        });
        return 0;
    }

    /// <summary>Makes a container and executes its process; waits for the end, unless detached.</summary>
    public static int Run(OciGlobals globals, CreateOptions options)
    {
        using var maker = new ContainerMaker(globals, options, waits: false);
        int status = Make(maker, (plan, container) =>
        {
            void Started()
            {
                maker.Announce(container);
                maker.RunPoststart();
                maker.Directory.Unlock();
            }
            if (!options.Detach)
                return Supervisor.Run(
                    plan, container, null, PlanMode.Quiet, null, Started, globals.Warn, maker.Streams, maker.ParentPart());
            maker.ParentPart().Follow(plan, container);
            Started();
            return 0;
        });
        if (!options.Detach && status == 128 + signal.SIGKILL && maker.OutOfMemory() is { } text) globals.Warn(text);
        if (!options.Detach && !options.Keep) Remove(globals, options.Id);
        return status;
    }

    /// <summary>Lets a container that was created execute its process.</summary>
    public static int Start(OciGlobals globals, string id)
    {
        Container container = Container.Load(new StateStore(globals.Root), id, locked: true);
        using ContainerDirectory directory = container.Directory;
        switch (container.Status())
        {
            case ContainerStatus.Created:
                break;
            case ContainerStatus.Stopped:
                throw UserError.AsRunc("cannot start a container that has stopped");
            default:
                throw UserError.AsRunc("cannot start an already running container");
        }
        Starter.Start(container, globals);
        return 0;
    }

    /// <summary>Starts another process in a container; waits for its end, unless detached.</summary>
    public static int Exec(OciGlobals globals, ExecOptions options) => Executor.Execute(globals, options);

    /// <summary>The end of <c>run</c>: somebody else may have deleted it already.</summary>
    private static void Remove(OciGlobals globals, string id)
    {
        if (new StateStore(globals.Root).Find(id) is not { } directory) return;
        using (directory)
        {
            directory.Lock();
            if (directory.Read() is { } record) Removal.Remove(new Container(directory, record), globals);
        }
    }

    /// <summary>Launches and does the rest; when that fails, nothing is left.</summary>
    private static int Make(ContainerMaker maker, Func<ContainerPlan, LaunchedContainer, int> rest)
    {
        LaunchedContainer? container = null;
        try
        {
            (ContainerPlan plan, container) = maker.Launch();
            return rest(plan, container);
        }
        catch
        {
            container?.Abandon();
            maker.Undo();
            if (container is not null) maker.RunPoststop();
            throw;
        }
    }
}
