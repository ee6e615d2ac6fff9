using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>From a specification to the ordered list of operations. Pure: the same input gives the same plan (the golden tests compare it as text).</summary>
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
        Launch();
        return _plan;
    }

    /// <summary>The operations of fork-news.</summary>
    public ContainerPlan Complete()
    {
        RootFileSystem();
        Identity();
        Process();
        Command();
        return _plan;
    }

    private bool HasMounts => _spec.Has(sched.CLONE_NEWNS);

    private OciProcess Wanted => _spec.Oci.Process;

    private void Add(Operation operation) => _plan.Add(operation);

    // ---- by minirun itself, and by the child it clones ------------------------------------------------------------

    private void Launch()
    {
        Add(new() { Name = "clone", Step = LaunchStep.Clone, A = (long)_spec.Namespaces, Why = _spec.Namespaces == 0 ? "a child in the namespaces of the host" : "a child in new namespaces (namespaces(7))" });
        if (_spec.Has(sched.CLONE_NEWUSER)) Add(new()
        {
            Name = "id-maps", Step = LaunchStep.IdMaps, S1 = _spec.Oci.Linux.UidMappings, S2 = _spec.Oci.Linux.GidMappings, Why = _spec.MapReason,
            A = Wanted.User.AdditionalGids is null ? 1 : 0, B = _spec.MapWith is null ? 0 : 1,
            IfLeftOut = "no id exists inside: every file belongs to nobody (65534), and the mounts that follow are refused",
        });
        Add(new()
        {
            Name = "enter-rootfs", Step = LaunchStep.EnterRootfs, Path = _spec.Oci.Root.Path,
            Why = "from here on the root file system is \".\", whoever we become",
        });
        LaunchIdentity();
        if (HasMounts) Add(new()
        {
            Name = "seal-program", Step = LaunchStep.SealProgram,
            Why = "fork-news is executed from a read-only mount, so that no container can overwrite minirun through /proc/1/exe (CVE-2019-5736)",
            IfLeftOut = "a container that runs as the owner of the minirun program may overwrite it through /proc/PID/exe",
        });
        Add(new() { Name = "fork-news", Step = LaunchStep.ForkNews, Why = "the same program under another name carries out the rest, in a process of its own with one thread" });
    }

    private void LaunchIdentity()
    {
        LaunchUser user = LaunchUser.Of(_spec, _host);
        if (user.MustChange) Add(new()
        {
            Name = "become-root", Step = LaunchStep.BecomeRoot, A = user.Uid, B = user.Gid,
            Why = "take an id that exists inside; execve would take the capabilities from nobody",
        });
        if (user.MustKeepCapabilities) Add(new()
        {
            Name = "keep-caps", Step = LaunchStep.KeepCapabilities,
            Why = "there is no id 0 inside, so ambient capabilities carry our rights over the execve that follows; they are cleared before the command",
        });
    }

    // ---- by fork-news, inside ---------------------------------------------------------------------------------------

    private void RootFileSystem()
    {
        if (_spec.DieWithParent) Add(new()
        {
            Name = "die-with-parent", Code = OpCode.ParentDeath, A = signal.SIGKILL, Why = "when minirun dies, however it dies, the container dies too",
            IfLeftOut = "a container whose minirun was killed lives on, unseen",
        });
        if (Wanted.OomScoreAdj is { } score) Add(new()
        {
            Name = "oom-score", Code = OpCode.WriteFile, S1 = "/proc/self/oom_score_adj", S2 = score.ToString(), A = score.ToString().Length,
            Why = "how readily the kernel kills it when memory runs out; written while /proc is still the host's", IfLeftOut = "the caller's score stays",
        });
        if (HasMounts) Mounts();
        else Add(new() { Name = "root", Code = OpCode.OpenRoot, Why = "no mount namespace: the directory is used as it is", Path = _spec.Oci.Root.Path });
        if (Wanted.Cwd != "/") Add(new()
        {
            Name = "workdir", Code = OpCode.EnsureDirectory, S1 = Wanted.Cwd, Flags = OpFlags.MayFail, Path = Wanted.Cwd,
            Why = "the working directory is made when it is missing, as docker does", IfLeftOut = "the command does not start when its working directory is missing",
        });
        if (Wanted.Terminal) Add(new()
        {
            Name = "terminal", Code = OpCode.Console, S2 = "console", Path = "/dev/console", A = Wanted.ConsoleSize?.Height ?? 0, B = Wanted.ConsoleSize?.Width ?? 0,
            Why = "a terminal of the container's own, so that it never holds the caller's (CVE-2017-5226); its other end goes to minirun",
            IfLeftOut = "the command keeps the caller's terminal as stdin, stdout and stderr",
        });
        Enter();
    }

    private void Mounts()
    {
        bool follows = _spec.Oci.Mounts.Exists(mount => mount.Options.Exists(option => option is "slave" or "rslave" or "shared" or "rshared"));
        long propagation = follows ? sys_mount.MS_SLAVE : sys_mount.MS_PRIVATE;
        Add(new()
        {
            Name = "private-mounts", Code = OpCode.Propagation, A = sys_mount.MS_REC | propagation,
            Why = follows ? "nothing mounted here appears on the host; a volume asked to be slave or shared follows the host" : "what is mounted on one side never appears on the other (mount_namespaces(7))",
            IfLeftOut = "mounts may propagate between the container and the host",
        });
        Add(_spec.Ephemeral
            ? new() { Name = "root", Code = OpCode.OverlayRoot, S1 = "mode=755\0", S2 = UserXattr, Path = _spec.Oci.Root.Path, Why = "an overlay with its upper layer in memory: every write is thrown away at the end", IfLeftOut = "there is no root mount to enter" }
            : new() { Name = "root", Code = OpCode.BindRoot, C = follows ? sys_mount.MS_PRIVATE : 0, Path = _spec.Oci.Root.Path, Why = "pivot_root wants a mount point, so the directory is bound; out of every path's way until it is entered", IfLeftOut = "there is no root mount to enter" });
        var mounts = new MountPlan(_spec, _host, _plan, follows);
        foreach (OciMount mount in _spec.Oci.Mounts) mounts.Add(mount);
        mounts.HidePaths();
    }

    /// <summary>In a user namespace overlayfs keeps its marks in user.* attributes; trusted.* needs real root.</summary>
    private string? UserXattr => _spec.Has(sched.CLONE_NEWUSER) ? "userxattr" : null;

    private void Enter()
    {
        if (!HasMounts)
        {
            Add(new()
            {
                Name = "chroot", Code = OpCode.Chroot, Why = "enter the root file system; without a mount namespace this is only a change of view: the host's mounts stay reachable, and a process with CAP_SYS_CHROOT can climb out",
                IfLeftOut = "the command runs in the host's file system",
            });
            return;
        }
        Add(new()
        {
            Name = "pivot_root", Code = OpCode.PivotRoot, Why = "the root file system becomes \"/\" and the host's tree is detached: there is no way back, unlike with chroot",
            IfLeftOut = "the command runs in the host's file system and sees all of it",
        });
        if (_spec.Oci.Root.Readonly) Add(new()
        {
            Name = "read-only-root", Code = OpCode.RootAttributes, A = sys_mount.MOUNT_ATTR_RDONLY, Path = "/", Why = "--read-only: nothing can be written to the root file system",
            IfLeftOut = "the command can write to its root file system",
        });
    }

    private void Identity()
    {
        if (_spec.Oci.Hostname is { } hostname && _spec.Has(sched.CLONE_NEWUTS)) Add(new() { Name = "hostname", Code = OpCode.Hostname, S1 = hostname, Why = "the name that the new UTS namespace shows", IfLeftOut = "the container shows the host's name" });
        if (_spec.Oci.Domainname is { } domain) Add(new() { Name = "domainname", Code = OpCode.Domainname, S1 = domain, Why = "the NIS domain name that the new UTS namespace shows", IfLeftOut = "the container shows the host's domain name" });
        if (_spec.Has(sched.CLONE_NEWNET)) Add(new() { Name = "loopback", Code = OpCode.Loopback, Why = "a new network namespace has only lo, and that is down", IfLeftOut = "127.0.0.1 cannot be reached" });
    }

    private void Process()
    {
        foreach (OciRlimit limit in Wanted.Rlimits ?? []) Add(new()
        {
            Name = "ulimit:" + Rlimits.ShortName(limit.Type), Code = OpCode.Rlimit, A = Rlimits.Number(limit.Type), B = (long)limit.Soft, C = (long)limit.Hard,
            Why = "as given by --ulimit", IfLeftOut = "the caller's limit stays",
        });
        if (Wanted.Scheduler is { } scheduler) Add(new() { Name = "nice", Code = OpCode.Nice, A = scheduler.Nice, Why = "as given by --nice", IfLeftOut = "the caller's priority stays" });
        if (Wanted.ExecCpuAffinity is { } cpus)
        {
            byte[] mask = CpuSet.Parse(cpus.Initial);
            Add(new() { Name = "cpus", Code = OpCode.Affinity, A = mask.Length, S1 = mask, Path = cpus.Initial, Why = "the command runs on these processors only", IfLeftOut = "the command runs on every processor" });
        }
        if (Wanted.User.Umask is { } umask) Add(new() { Name = "umask", Code = OpCode.Umask, A = umask, Why = "as given by --umask", IfLeftOut = "the caller's umask stays" });
        if (!Wanted.Terminal) Add(new()
        {
            Name = "new-session", Code = OpCode.Session, Why = "no controlling terminal: the container can neither push input into the caller's nor signal its jobs", Flags = OpFlags.MayFail,
            IfLeftOut = "the command can push input into the caller's terminal (TIOCSTI)",
        });
        Add(new()
        {
            Name = "keyring", Code = OpCode.Keyring, Flags = OpFlags.MayFail, Why = "a new session keyring: the caller's keys stay outside (keyrings(7))",
            IfLeftOut = "the command possesses the caller's session keyring",
        });
    }

    private void Command()
    {
        OciUser user = Wanted.User;
        if (_spec.HoldsCallersTerminal && !Wanted.NoNewPrivileges) AddTtyFilter();
        Add(new() { Name = "bounding-caps", Code = OpCode.Bounding, A = (long)_spec.Capabilities, Why = "capabilities outside this set can never be gained again, not even by a set-user-ID program", IfLeftOut = "a root process inside has every capability of its namespaces" });
        Add(new()
        {
            Name = "user", Code = OpCode.Identity, A = user.Uid, B = user.Gid, C = user.AdditionalGids?.Count ?? -1, D = _spec.DieWithParent ? signal.SIGKILL : 0,
            S1 = user.AdditionalGids is { Count: > 0 } groups ? groups.SelectMany(BitConverter.GetBytes).ToArray() : null,
            Why = "the command's user and groups; none of the caller's groups stay, where the map allows to give them up", IfLeftOut = "the command runs as the user that made the container",
        });
        OciCapabilities sets = Wanted.Capabilities!;
        Add(new()
        {
            Name = "caps", Code = OpCode.Capabilities, A = (long)_spec.Capabilities, B = (long)_spec.Capabilities, C = (long)CapabilitySet.Parse(sets.Inheritable), D = (long)CapabilitySet.Parse(sets.Ambient),
            Why = "what the command may do of root's powers, within its own namespaces", IfLeftOut = "the command starts with the capabilities that made the container",
        });
        if (Wanted.NoNewPrivileges) Add(new() { Name = "no_new_privs", Code = OpCode.NoNewPrivileges, Why = "execve never grants more: set-user-ID bits and file capabilities have no effect (prctl(2))", IfLeftOut = "set-user-ID programs inside change the user" });
        if (_spec.HoldsCallersTerminal && Wanted.NoNewPrivileges) AddTtyFilter();
        AddEnd();
    }

    private void AddTtyFilter() => Add(new()
    {
        Name = "tty-filter", Code = OpCode.Seccomp, S1 = TtyFilter.Program(), A = TtyFilter.Program().Length / 8, Path = "ioctl TIOCSTI, TIOCLINUX = EPERM",
        Why = "one of stdin, stdout, stderr is the caller's terminal: pushing input into it is refused, also in the 64-bit disguise (CVE-2019-10063)",
        IfLeftOut = "with CAP_SYS_ADMIN the command could push input into the caller's terminal",
    });

    private void AddEnd()
    {
        int first = 3 + _spec.PreserveFds;
        Add(new() { Name = "close-fds", Code = OpCode.CloseFds, A = first, Why = "only 0, 1, 2 and what --preserve-fds names go in (CVE-2024-21626)", IfLeftOut = "descriptors that the caller forgot to close are open inside" });
        Add(new() { Name = "chdir", Code = OpCode.WorkingDirectory, S1 = Wanted.Cwd, Path = Wanted.Cwd, Why = "the working directory, verified to be inside the root", IfLeftOut = "the command starts in /" });
        Add(new() { Name = "signals", Code = OpCode.Signals, A = (long)Boot.InheritedMask, Why = "the caller's signal mask, and SIGPIPE as every program expects it", IfLeftOut = "the command has the signals that minirun relays blocked" });
        bool guard = !_spec.Has(sched.CLONE_NEWPID);
        if (_spec.Init || guard) Add(new()
        {
            Name = "init", Code = OpCode.Reaper, A = guard ? 1 : 0, B = _spec.DieWithParent ? 1 : 0, C = Wanted.Terminal ? 1 : 0,
            Why = guard ? "no pid namespace that would end everything with its first process: fork-news stays and does it" : "--init: fork-news stays as PID 1, passes signals on and reaps orphans; the command is its child",
            IfLeftOut = guard ? "processes that the command leaves behind live on" : "the command itself is PID 1 and has to reap orphans",
        });
        Add(new()
        {
            Name = "exec", Code = OpCode.Exec, S1 = Candidates(), S2 = new CommandLine([.. Wanted.Args], _spec.CommandBytes), S3 = Wanted.Env.ToArray(), S4 = _spec.SetsListenPid ? ContainerEnvironmentSlot() : null,
            Path = Wanted.Args[0], Why = "the command, by PATH of its own environment, takes the place of fork-news",
        });
    }

    private object ContainerEnvironmentSlot() => new EnvironmentSlot(Wanted.Env.IndexOf(ContainerEnvironment.ListenPid), "LISTEN_PID=".Length);

    /// <summary>The paths to try, as execvp(3) would, closed by zeros.</summary>
    private string Candidates()
    {
        string command = Wanted.Args[0];
        if (command.Length == 0) throw new UserError("the command is empty", "give the name of a program after the root file system", UserError.NotFound);
        if (command.Contains('/')) return command + "\0";
        string path = Wanted.Env.Find(entry => entry.StartsWith("PATH=", StringComparison.Ordinal)) ?? SpecBuilder.DefaultPath;
        string candidates = "";
        foreach (string directory in path["PATH=".Length..].Split(':'))
            candidates += string.Concat(directory.Length == 0 ? "." : directory, "/", command, "\0");
        return candidates;
    }
}

/// <summary>argv: as words to show, and as bytes where these are not UTF-8.</summary>
public sealed record CommandLine(string[] Words, byte[][]? Bytes);

/// <summary>Points into one entry of the environment array: where fork-news writes its own pid.</summary>
public sealed record EnvironmentSlot(int Entry, int Offset);
