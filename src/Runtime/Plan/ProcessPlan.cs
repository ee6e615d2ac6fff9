using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that turn fork-news, once it is inside its root, into the command.</summary>
internal sealed class ProcessPlan(ContainerSpec spec, ContainerPlan plan, Host host)
{
    private const long PER_LINUX32 = 8;

    /// <summary>What runc and crun set where a document has none.</summary>
    private const uint UsualUmask = 0x12;   // 022

    private bool _joins;
    private CapabilityGrant _granted;

    private OciProcess Wanted => spec.Oci.Process;

    /// <summary>Before the root is entered: what needs the /proc of outside.</summary>
    public void Open()
    {
        if (spec.FromBundle || LabelPlan.IsWanted(Wanted)) KernelPlan.Open(plan);
        if (IsGuarded) plan.Add(new()
        {
            Name = "children",
            Code = OpCode.OpenChildren,
            Flags = OpFlags.MayFail,
            Path = "/proc/thread-self/children",
            Why = "the list of our children, opened while /proc is still the host's: whoever of them outlives the command is killed",
            IfLeftOut = "processes that the command leaves behind live on",
        });
    }

    /// <summary>No pid namespace ends all others with its first process: fork-news stays behind, and does it.</summary>
    private bool IsGuarded => !spec.FromBundle && !spec.Has(sched.CLONE_NEWPID);

    /// <summary>What the container is called, its lo, its kernel parameters.</summary>
    public void Names()
    {
        bool ownNames = spec.Has(sched.CLONE_NEWUTS) || spec.Joins(sched.CLONE_NEWUTS);
        if (spec.Oci.Hostname is { Length: > 0 } hostname && ownNames)
            plan.Add(new()
            {
                Name = "hostname",
                Code = OpCode.Hostname,
                S1 = hostname,
                Why = "the name that the new UTS namespace shows",
                IfLeftOut = "the container shows the host's name"
            });
        if (spec.Oci.Domainname is { Length: > 0 } domain)
            plan.Add(new()
            {
                Name = "domainname",
                Code = OpCode.Domainname,
                S1 = domain,
                Why = "the NIS domain name that the new UTS namespace shows",
                IfLeftOut = "the container shows the host's domain name"
            });
        if (spec.NotifySocket is not null) plan.Add(new()
        {
            Name = "notify",
            Code = OpCode.Notify,
            S1 = NotifyMessage.PathInside,
            Path = NotifyMessage.PathInside,
            Why = "NOTIFY_SOCKET of the container: minirun passes on what it says of its readiness (sd_notify(3))",
            IfLeftOut = "whoever started minirun never hears that the container is ready",
        });
        if (spec.Has(sched.CLONE_NEWNET))
            plan.Add(new()
            {
                Name = "loopback",
                Code = OpCode.Loopback,
                Why = "a new network namespace has only lo, and that is down",
                IfLeftOut = "127.0.0.1 cannot be reached"
            });
        if (spec.FromBundle) KernelPlan.Sysctls(plan, host);
    }

    /// <summary>Labels, limits, priority, session.</summary>
    public void Limits()
    {
        if (spec.FromBundle || LabelPlan.IsWanted(Wanted)) LabelPlan.Add(plan, host);
        AddRlimits();
        if (spec.FromBundle) SchedulingPlan.Add(plan, joins: false);
        else SchedulingPlan.AddOptions(plan);
        AddPersonality();
        if ((Wanted.User.Umask ?? (spec.FromBundle ? UsualUmask : null)) is { } umask)
            plan.Add(new()
            {
                Name = "umask",
                Code = OpCode.Umask,
                A = umask,
                Why = spec.FromBundle ? "the document's umask, or what is usual: engines call us with any" : "as given by --umask",
                IfLeftOut = "the caller's umask stays"
            });
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
        plan.Add(new()
        {
            Name = "umask",
            Code = OpCode.Umask,
            A = Wanted.User.Umask ?? UsualUmask,
            Why = "the document's umask, or what is usual"
        });
        AddSession();
    }

    /// <summary>Before the first operation that needs them.</summary>
    public void AskForRights()
    {
        if (OutsideRights.AreNeeded(spec, host)) plan.Add(new()
        {
            Name = "outside-rights",
            Code = OpCode.AskParent,
            A = OutsideRights.Asked,
            Why =
                "raising a hard limit and lowering the OOM score take CAP_SYS_RESOURCE outside of user namespaces: minirun does it for us",
            IfLeftOut = "a limit above the caller's, or a score below, is refused",
        });
    }

    private void AddRlimits()
    {
        foreach (OciRlimit limit in Wanted.Rlimits ?? []) plan.Add(new()
        {
            Name = "ulimit:" + Rlimits.ShortName(limit.Type),
            Code = OpCode.Rlimit,
            A = Rlimits.Number(limit.Type),
            B = (long)limit.Soft,
            C = (long)limit.Hard,
            Flags = spec.FromBundle ? OpFlags.Warn : OpFlags.None,
            Why = spec.FromBundle ? "a limit of the process (getrlimit(2))" : "as given by --ulimit",
            IfLeftOut = "the caller's limit stays",
        });
    }

    private void AddPersonality()
    {
        if (spec.Oci.Linux.Personality is { } personality) plan.Add(new()
        {
            Name = "personality",
            Code = OpCode.Personality,
            A = personality.Domain == "LINUX32" ? PER_LINUX32 : 0,
            Path = personality.Domain,
            Why = "what uname(2) says the machine is (personality(2))",
            IfLeftOut = "the machine is shown as it is",
        });
    }

    private void AddSession()
    {
        if (!Wanted.Terminal) plan.Add(new()
        {
            Name = "new-session",
            Code = OpCode.Session,
            Why = "no controlling terminal: the container can neither push input into the caller's nor signal its jobs",
            Flags = OpFlags.MayFail,
            IfLeftOut = "the command can push input into the caller's terminal (TIOCSTI)",
        });
        if (!spec.NoNewKeyring) plan.Add(new()
        {
            Name = "keyring",
            Code = OpCode.Keyring,
            Flags = OpFlags.MayFail,
            Why = "a new session keyring: the caller's keys stay outside (keyrings(7))",
            IfLeftOut = "the command possesses the caller's session keyring",
        });
    }

    /// <summary>User, capabilities, descriptors, and the command itself.</summary>
    public void Command()
    {
        AddFiltersFirst();
        if (Wanted.Cwd != "/")
            plan.Add(new()
            {
                Name = "chdir-early",
                Code = OpCode.WorkingDirectory,
                S1 = Wanted.Cwd,
                A = 1,
                Path = Wanted.Cwd,
                Why = "a working directory that the user may not enter is entered before; one that only the user may enter, after",
                IfLeftOut = "a directory that is closed to the user is an error"
            });
        _granted = IdentityPlan.Add(plan, host, KeepsRights);
        if (Wanted.NoNewPrivileges)
            plan.Add(new()
            {
                Name = "no_new_privs",
                Code = OpCode.NoNewPrivileges,
                Why = "execve never grants more: set-user-ID bits and file capabilities have no effect (prctl(2))",
                IfLeftOut = "set-user-ID programs inside change the user"
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
        if (spec.Seccomp is { } filter) plan.Add(new()
        {
            Name = "seccomp",
            Code = OpCode.Seccomp,
            S1 = filter.Program,
            A = filter.Length,
            B = filter.Flags,
            Path = filter.Name,
            Why = "system calls that containers have no use for are refused: less of the kernel to attack; what is newer than the "
                + "profile is not there (ENOSYS)",
            IfLeftOut = "the command may make every system call of the kernel",
        });
    }

    private void AddCloseFds()
    {
        int first = 3 + spec.PreserveFds;
        plan.Add(new()
        {
            Name = "close-fds",
            Code = OpCode.CloseFds,
            A = first,
            B = Math.Max(spec.StartSocket, 0),
            C = spec.InitLock,
            Why = "only 0, 1, 2 and what --preserve-fds names go in (CVE-2024-21626)",
            IfLeftOut = "descriptors that the caller forgot to close are open inside"
        });
    }

    private void AddEnd()
    {
        if (Wanted.NoNewPrivileges || !Notifies) AddCloseFds();
        plan.Add(new()
        {
            Name = "chdir",
            Code = OpCode.WorkingDirectory,
            S1 = Wanted.Cwd,
            Path = Wanted.Cwd,
            Why = "the working directory, verified to be inside the root",
            IfLeftOut = "the command starts in /"
        });
        if (spec.FromBundle) ExecPlan.AddStart(plan);
        if (!_joins) HookPlan.Add(plan, "startContainer", spec.Oci.Hooks?.StartContainer, OciState.Created);
        plan.Add(new()
        {
            Name = "signals",
            Code = OpCode.Signals,
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
