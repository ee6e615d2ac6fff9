using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that turn fork-news, once it is inside its root, into the command.</summary>
internal sealed class ProcessPlan(ContainerSpec spec, ContainerPlan plan, Host host)
{
    /// <summary>What runc and crun set where a document has none.</summary>
    private const uint UsualUmask = 0x12;   // 022

    private bool _joins;
    private CapabilityGrant _granted;

    private OciProcess Wanted => spec.Oci.Process;

    /// <summary>Before the root is entered: what needs the /proc of outside.</summary>
    public void Open()
    {
        KernelPlan.Open(plan);
        if (IsGuarded) plan.Add(new OpenChildrenOp
        {
            Name = "children",
            Flags = OpFlags.MayFail,
            Path = "/proc/thread-self/children",
            Why = "the list of our children, opened while /proc is still the host's: those that outlive the command are killed",
            IfLeftOut = "processes that the command leaves behind keep running",
        });
    }

    /// <summary>
    /// No pid namespace ends all others with its first process: fork-news stays behind, and does it. Not in the pid namespace of another:
    /// the list of its children has the numbers of the host's.
    /// </summary>
    private bool IsGuarded =>
        !spec.Has(sched.CLONE_NEWPID) && (!spec.Policy.Background || (spec.Init && !spec.Joins(sched.CLONE_NEWPID)));

    /// <summary>What the container is called, its lo, its kernel parameters.</summary>
    public void Names()
    {
        bool ownNames = spec.Has(sched.CLONE_NEWUTS) || spec.Joins(sched.CLONE_NEWUTS);
        if (spec.Oci.Hostname is { Length: > 0 } hostname && ownNames) plan.Add(new HostnameOp
        {
            Name = "hostname",
            Hostname = hostname,
            Why = "the name that the new UTS namespace shows",
            IfLeftOut = "the container shows the host's name",
        });
        if (spec.Oci.Domainname is { Length: > 0 } domain) plan.Add(new DomainnameOp
        {
            Name = "domainname",
            Domainname = domain,
            Why = "the NIS domain name that the new UTS namespace shows",
            IfLeftOut = "the container shows the host's domain name",
        });
        if (spec.NotifySocket is { } listener) plan.Add(new NotifyOp
        {
            Name = "notify",
            Socket = NotifyMessage.PathInside,
            PassedTo = listener,
            Path = NotifyMessage.PathInside,
            Why = "NOTIFY_SOCKET of the container: minirun passes on what it says of its readiness (sd_notify(3))",
            IfLeftOut = "the program that started minirun never hears that the container is ready",
        });
        if (spec.Has(sched.CLONE_NEWNET)) plan.Add(new LoopbackOp
        {
            Name = "loopback",
            Why = "a new network namespace has only lo, and that is down",
            IfLeftOut = "127.0.0.1 cannot be reached",
        });
        KernelPlan.Sysctls(plan, host);
    }

    /// <summary>Labels, limits, priority, session.</summary>
    public void Limits()
    {
        LabelPlan.Add(plan, host);
        AddRlimits();
        SchedulingPlan.Add(plan, joins: false);
        AddPersonality();
        AddUmask();
        AddSession();
    }

    /// <summary>The process of a document in a container that runs: all but the command itself.</summary>
    public void Join()
    {
        _joins = true;
        AskForRights();
        // The OOM score was set outside, before anything was entered (Joining).
        if (LabelPlan.IsWanted(Wanted)) KernelPlan.OpenProc(plan, spec.HostProc);
        LabelPlan.Add(plan, host);
        AddRlimits();
        SchedulingPlan.Add(plan, joins: true);
        AddPersonality();
        AddUmask();
        AddSession();
    }

    /// <summary>Before the first operation that needs them.</summary>
    public void AskForRights()
    {
        if (OutsideRights.AreNeeded(spec, host)) plan.Add(new AskForLimitsOp
        {
            Name = "outside-rights",
            Limits = Wanted.Rlimits,
            OomScore = Wanted.OomScoreAdj,
            Why =
                "raising a hard limit and lowering the OOM score take CAP_SYS_RESOURCE outside of user namespaces: minirun does it for us",
            IfLeftOut = "a limit above the caller's, or a score below, is refused",
        });
    }

    /// <summary>In our own procfs, where that is open: the files of a process that enters a user namespace are not its own.</summary>
    public void AddOomScore()
    {
        if (Wanted.OomScoreAdj?.ToString() is not { } score) return;
        if (spec.Joins(sched.CLONE_NEWUSER)) plan.Add(new WriteProcOp
        {
            Name = "oom-score",
            File = "self/oom_score_adj",
            Content = score,
            Why = "how readily the kernel kills it when memory runs out",
        });
        else plan.Add(new WriteFileOp
        {
            Name = "oom-score",
            File = "/proc/self/oom_score_adj",
            Content = score,
            Why = "how readily the kernel kills it when memory runs out; written while /proc is still the host's",
            IfLeftOut = "the caller's score stays",
        });
    }

    private void AddRlimits()
    {
        // podman as root asks for 1048576 open files also where it may not raise its own limit.
        foreach (OciRlimit limit in Wanted.Rlimits ?? [])
            plan.Add(new RlimitOp(limit) { Flags = spec.Policy.WarnsOfRefusals ? OpFlags.Warn : OpFlags.None });
    }

    private void AddPersonality()
    {
        if (spec.Oci.Linux.Personality is { } personality) plan.Add(new PersonalityOp
        {
            Name = "personality",
            Domain = personality.Domain,
            Why = "what uname(2) says the machine is (personality(2))",
            IfLeftOut = "the machine is shown as it is",
        });
    }

    private void AddUmask()
    {
        if ((Wanted.User.Umask ?? (spec.Policy.SetsUmask ? UsualUmask : null)) is { } umask) plan.Add(new UmaskOp
        {
            Name = "umask",
            Mask = umask,
            Why = Wanted.User.Umask is null ? "what is usual: engines call us with any" : "as asked for",
            IfLeftOut = "the caller's umask stays",
        });
    }

    private void AddSession()
    {
        if (!Wanted.Terminal) plan.Add(new SessionOp
        {
            Name = "new-session",
            Why = "no controlling terminal: the container can neither push input into the caller's nor signal its jobs",
            Flags = OpFlags.MayFail,
            IfLeftOut = "the command can push input into the caller's terminal (TIOCSTI)",
        });
        if (!spec.NoNewKeyring) plan.Add(new KeyringOp
        {
            Name = "keyring",
            Flags = OpFlags.MayFail,
            Why = "a new session keyring: the caller's keys stay outside (keyrings(7))",
            IfLeftOut = "the command possesses the caller's session keyring",
        });
    }

    /// <summary>User, capabilities, descriptors, and the command itself.</summary>
    public void Command()
    {
        AddFiltersFirst();
        if (Wanted.Cwd != "/") plan.Add(new WorkingDirectoryOp
        {
            Name = "chdir-early",
            Directory = Wanted.Cwd,
            IsEarly = true,
            Path = Wanted.Cwd,
            Why = "a working directory that the user may not enter is entered before; one that only the user may enter, after",
            IfLeftOut = "a directory that is closed to the user is an error",
        });
        _granted = IdentityPlan.Add(plan, host, KeepsRights);
        if (Wanted.NoNewPrivileges) plan.Add(new NoNewPrivilegesOp
        {
            Name = "no_new_privs",
            Why = "execve never grants more: set-user-ID bits and file capabilities have no effect (prctl(2))",
            IfLeftOut = "set-user-ID programs inside change the user",
        });
        if (Wanted.NoNewPrivileges && Notifies) AddFilters();
        AddEnd();
    }

    /// <summary>
    /// The parent hands the listener over while it still listens to us: before close-fds, and before a container waits for its start.
    /// </summary>
    private bool Notifies => spec.Seccomp is { Notifies: true };

    /// <summary>
    /// Without no_new_privs a filter takes CAP_SYS_ADMIN, which is kept for it until then: a profile has to know the calls of the command,
    /// not ours.
    /// </summary>
    private bool KeepsRights => !Wanted.NoNewPrivileges && !Notifies && spec.Seccomp is not null;

    private void AddFiltersFirst()
    {
        if (Wanted.NoNewPrivileges || !Notifies) return;
        AddCloseFds();
        AddFilters();
    }

    /// <summary>The profile comes last: it may refuse seccomp(2) itself.</summary>
    private void AddFilters()
    {
        if (spec.Seccomp is { } filter) plan.Add(new SeccompOp
        {
            Name = "seccomp",
            Filter = filter,
            Path = filter.Name,
            Why =
                "system calls that containers have no use for are refused: less of the kernel to attack; what is newer than the profile is "
                + "not there (ENOSYS)",
            IfLeftOut = "the command may make every system call of the kernel",
        });
    }

    private void AddCloseFds() => plan.Add(new CloseFdsOp
    {
        Name = "close-fds",
        First = 3 + spec.PreserveFds,
        StartSocket = Math.Max(spec.StartSocket, 0),
        InitLock = spec.InitLock,
        Why = "only 0, 1, 2 and what --preserve-fds names go in (CVE-2024-21626)",
        IfLeftOut = "descriptors that the caller forgot to close are open inside",
    });

    private void AddEnd()
    {
        if (Wanted.NoNewPrivileges || !Notifies) AddCloseFds();
        plan.Add(new WorkingDirectoryOp
        {
            Name = "chdir",
            Directory = Wanted.Cwd,
            Path = Wanted.Cwd,
            Why = "the working directory, verified to be inside the root",
            IfLeftOut = "the command starts in /",
        });
        if (spec.Policy.Background) ExecPlan.AddStart(plan);
        if (!_joins) HookPlan.Add(plan, "startContainer", spec.Oci.Hooks?.StartContainer, OciState.Created);
        plan.Add(new SignalsOp
        {
            Name = "signals",
            Why = "no signal is blocked, and SIGPIPE and SIGXFSZ do what every program expects of them",
            IfLeftOut = "the command has the signals that minirun relays blocked",
        });
        // As late as can be: what is refused to the command is refused to us from here on. PID 1 of --init has it too, or its tracer had a
        // way around.
        if (!Notifies) AddFilters();
        if (KeepsRights) IdentityPlan.AddLast(plan, _granted);
        ExecPlan.Add(plan, IsGuarded);
    }
}
