using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// From a specification to the ordered list of operations. Pure: the same input gives the same plan (the golden tests compare it as text).
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

    /// <summary>The first operations: what minirun and the cloned child do before fork-news needs the rest.</summary>
    public ContainerPlan Begin()
    {
        new LaunchPlan(_spec, _host, _plan).Add();
        return _plan;
    }

    /// <summary>The operations of fork-news.</summary>
    public ContainerPlan Complete()
    {
        var process = new ProcessPlan(_spec, _plan, _host);
        process.Open();
        RootFileSystem(process);
        process.Names();
        process.Limits();
        process.Command();
        return _plan;
    }

    /// <summary>
    /// The operations of fork-news for <c>exec</c>: root file system and names are there, and only the process has to be made.
    /// </summary>
    public ContainerPlan CompleteExec()
    {
        Add(new()
        {
            Name = "not-dumpable",
            Code = OpCode.Dumpable,
            A = 0,
            Why = "we are among the container's processes and not yet one of them: none may trace us or look into our descriptors "
                + "(CVE-2016-9962)",
        });
        DieWithParent();
        if ((_spec.JoinedFlags & sched.CLONE_NEWNS) != 0)
        {
            Add(RootOps.Check(entered: null));
            Add(BundleDevices.NullStdio());
        }
        if (Wanted.Terminal) OwnTerminal();
        var process = new ProcessPlan(_spec, _plan, _host);
        process.Join();
        if (_spec.JoinedRoot > 0) EnterJoinedRoot();
        process.Command();
        return _plan;
    }

    /// <summary>setns(2) gives a root with a mount namespace alone.</summary>
    private void EnterJoinedRoot()
    {
        Add(RootOps.Open(_spec));
        Add(RootOps.Chroot());
    }

    private bool HasMounts => _spec.Has(sched.CLONE_NEWNS);

    private BundleRoot BundleRoot => field ??= new BundleRoot(_spec, _host, _plan);

    private OciProcess Wanted => _spec.Oci.Process;

    private void Add(Operation operation) => _plan.Add(operation);

    // ---- by fork-news, inside ---------------------------------------------------------------------------------------

    private void RootFileSystem(ProcessPlan process)
    {
        if (_spec.DieWithParent) DieWithParent();
        if ((_spec.Unshared & sched.CLONE_NEWCGROUP) != 0) Add(new()
        {
            Name = "cgroup-namespace",
            Code = OpCode.Unshare,
            A = (long)sched.CLONE_NEWCGROUP,
            Why = "the container's own cgroup becomes the root of what it sees: now that it is in it (cgroup_namespaces(7))",
        });
        process.AskForRights();
        OomScorePlan.Add(_plan);
        if (_spec.FromBundle) BundleRoot.Mount();
        else if (HasMounts) Mounts();
        else
            Add(new()
            {
                Name = "root",
                Code = OpCode.OpenRoot,
                Why = "no mount namespace: the directory is used as it is",
                Path = _spec.Oci.Root.Path
            });
        if (Wanted.Cwd != "/") Add(new()
        {
            Name = "workdir",
            Code = OpCode.EnsureDirectory,
            S1 = Wanted.Cwd,
            Flags = OpFlags.MayFail,
            Path = Wanted.Cwd,
            Why = "the working directory is made when it is missing, as docker does",
            IfLeftOut = "the command does not start when its working directory is missing",
        });
        if (Wanted.Terminal) OwnTerminal();
        Enter();
    }

    private void DieWithParent() => Add(new()
    {
        Name = "die-with-parent",
        Code = OpCode.ParentDeath,
        A = signal.SIGKILL,
        Why = "when minirun dies, however it dies, the container dies too",
        IfLeftOut = "a container whose minirun was killed lives on, unseen",
    });

    private void OwnTerminal() => Add(new()
    {
        Name = "terminal",
        Code = OpCode.Console,
        S2 = "console",
        Path = "/dev/console",
        A = Wanted.ConsoleSize?.Height ?? 0,
        B = Wanted.ConsoleSize?.Width ?? 0,
        C = _spec.PlainNewlines ? 1 : 0,
        Why = "a terminal of the container's own, so that it never holds the caller's (CVE-2017-5226); its other end goes to minirun",
        IfLeftOut = "the command keeps the caller's terminal as stdin, stdout and stderr",
    });

    private void Mounts()
    {
        bool follows =
            _spec.Oci.Mounts.Exists(mount => mount.Options.Exists(option => option is "slave" or "rslave" or "shared" or "rshared"));
        long propagation = follows ? sys_mount.MS_SLAVE : sys_mount.MS_PRIVATE;
        Add(new()
        {
            Name = "private-mounts",
            Code = OpCode.Propagation,
            A = sys_mount.MS_REC | propagation,
            Why = follows
                ? "nothing mounted here appears on the host; a volume asked to be slave or shared follows the host"
                : "what is mounted on one side never appears on the other (mount_namespaces(7))",
            IfLeftOut = "mounts may propagate between the container and the host",
        });
        Add(_spec.Ephemeral ? RootOps.Overlay(_spec) : RootOps.Bind(_spec));
        var mounts = new MountPlan(_spec, _host, _plan, follows);
        for (int i = 0; i < _spec.Oci.Mounts.Count; i++)
            foreach (OciMount part in SysTree.Parts(_spec, _host, _spec.Oci.Mounts[i])) mounts.Add(part, i);
        mounts.MakeReadOnly();
        mounts.HidePaths();
    }

    private void Enter()
    {
        if (_spec.AsksForHooks) Add(new()
        {
            Name = "runtime-hooks",
            Code = OpCode.AskParent,
            Why = "the hooks prestart and createRuntime: the namespaces are there, the root is not entered yet (config.md, "
                + "POSIX-platform Hooks)",
        });
        HookPlan.Add(_plan, "createContainer", _spec.Oci.Hooks?.CreateContainer, OciState.Creating);
        if (_spec.FromBundle)
        {
            BundleRoot.Enter();
            return;
        }
        if (!HasMounts)
        {
            Add(new()
            {
                Name = "chroot",
                Code = OpCode.Chroot,
                Why = "enter the root file system; without a mount namespace this is only a change of view: the host's mounts stay "
                    + "reachable, and a process with CAP_SYS_CHROOT can climb out",
                IfLeftOut = "the command runs in the host's file system",
            });
            return;
        }
        Operation entered = new()
        {
            Name = "pivot_root",
            Code = OpCode.PivotRoot,
            Why = "the root file system becomes \"/\" and the host's tree is detached: there is no way back, unlike with chroot",
            IfLeftOut = "the command runs in the host's file system and sees all of it",
        };
        Add(entered);
        if (_spec.Oci.Root.Readonly) Add(new()
        {
            Name = "read-only-root",
            Code = OpCode.RootAttributes,
            A = sys_mount.MOUNT_ATTR_RDONLY,
            Path = "/",
            Why = "--read-only: nothing can be written to the root file system",
            IfLeftOut = "the command can write to its root file system",
        });
        Add(RootOps.Check(entered));
    }
}
