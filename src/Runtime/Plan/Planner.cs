using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// Turns a specification into the ordered list of operations, for `run` and for bundles alike: the specification's policy holds what
/// differs. The same input always gives the same plan (the golden tests compare plans as text).
/// </summary>
public sealed class Planner
{
    private readonly ContainerSpec _spec;
    private readonly Host _host;
    private readonly ContainerPlan _plan;

    public Planner(ContainerSpec spec, Host host)
    {
        _spec = spec;
        _host = host;
        _plan = new ContainerPlan(spec);
    }

    public static ContainerPlan Build(ContainerSpec spec, Host host)
    {
        var planner = new Planner(spec, host);
        planner.Begin();
        return planner.Complete();
    }

    /// <summary>Adds the first operations: those of minirun and of the cloned child, before fork-news runs.</summary>
    public ContainerPlan Begin()
    {
        new LaunchPlan(_spec, _host, _plan).Add();
        return _plan;
    }

    /// <summary>Adds the operations of fork-news.</summary>
    public ContainerPlan Complete()
    {
        var process = new ProcessPlan(_spec, _plan, _host);
        var root = new RootPlan(_spec, _host, _plan);
        process.Open();
        Prepare(process);
        root.Mount();
        AddWorkingDirectory();
        if (Wanted.Terminal) AddTerminal();
        AskForHooks();
        root.Enter();
        process.Names();
        process.Limits();
        process.Command();
        return _plan;
    }

    /// <summary>
    /// Adds the operations of fork-news for <c>exec</c>: the root file system and the names exist, only the process is new.
    /// </summary>
    public ContainerPlan CompleteExec()
    {
        _plan.Add(new NotDumpableOp());
        DieWithParent();
        if ((_spec.JoinedFlags & sched.CLONE_NEWNS) != 0)
        {
            _plan.Add(new CheckRootOp(entered: null));
            _plan.Add(new NullStdioOp());
        }
        if (Wanted.Terminal) AddTerminal();
        var process = new ProcessPlan(_spec, _plan, _host);
        process.Join();
        // setns(2) changes our root only together with the mount namespace.
        if (_spec.JoinedRoot > 0)
        {
            _plan.Add(RootPlan.Open(_spec));
            _plan.Add(RootPlan.Chroot());
        }
        process.Command();
        return _plan;
    }

    private OciProcess Wanted => _spec.Oci.Process;

    /// <summary>Adds what needs the host's /proc and cgroups, which are still visible.</summary>
    private void Prepare(ProcessPlan process)
    {
        if (_spec.DieWithParent) DieWithParent();
        if ((_spec.Unshared & sched.CLONE_NEWCGROUP) != 0) _plan.Add(new UnshareOp
        {
            Name = "cgroup-namespace",
            Namespaces = sched.CLONE_NEWCGROUP,
            Why = "the container is in its own cgroup now, which becomes the root of the cgroups it sees (cgroup_namespaces(7))",
        });
        process.AskForRights();
        process.AddOomScore();
    }

    private void DieWithParent() => _plan.Add(new ParentDeathOp
    {
        Name = "die-with-parent",
        Signal = signal.SIGKILL,
        Why = "when minirun dies, for whatever reason, the container dies too",
        IfLeftOut = "a container whose minirun was killed keeps running, unseen",
    });

    private void AddWorkingDirectory()
    {
        if (Wanted.Cwd != "/") _plan.Add(new EnsureDirectoryOp
        {
            Name = "workdir",
            Target = Wanted.Cwd,
            Flags = OpFlags.MayFail,
            Path = Wanted.Cwd,
            Why = "a missing working directory is created, as docker does",
            IfLeftOut = "the command cannot start when its working directory is missing",
        });
    }

    private void AddTerminal() => _plan.Add(new TerminalOp
    {
        Name = "terminal",
        Target = "console",
        Path = "/dev/console",
        Rows = Wanted.ConsoleSize?.Height ?? 0,
        Columns = Wanted.ConsoleSize?.Width ?? 0,
        PlainNewlines = _spec.PlainNewlines,
        Why = "the container gets a terminal of its own and never holds the caller's (CVE-2017-5226); minirun has its other end",
        IfLeftOut = "the command keeps the caller's terminal as stdin, stdout and stderr",
    });

    private void AskForHooks()
    {
        if (_spec.AsksForHooks) _plan.Add(new AskForHooksOp
        {
            Name = "runtime-hooks",
            Why = "the hooks prestart and createRuntime run now: the namespaces exist, the root is not entered yet (config.md, "
                + "POSIX-platform Hooks)",
        });
        HookPlan.Add(_plan, "createContainer", _spec.Oci.Hooks?.CreateContainer, OciState.Creating);
    }
}
