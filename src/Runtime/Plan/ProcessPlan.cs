using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that turn fork-news, once it is inside its root, into the command.</summary>
internal sealed class ProcessPlan(ContainerSpec spec, ContainerPlan plan)
{
    private OciProcess Wanted => spec.Oci.Process;

    /// <summary>What the container is called, and its lo.</summary>
    public void Names()
    {
        if (spec.Oci.Hostname is { } hostname && spec.Has(sched.CLONE_NEWUTS)) plan.Add(new() { Name = "hostname", Code = OpCode.Hostname, S1 = hostname, Why = "the name that the new UTS namespace shows", IfLeftOut = "the container shows the host's name" });
        if (spec.Oci.Domainname is { } domain) plan.Add(new() { Name = "domainname", Code = OpCode.Domainname, S1 = domain, Why = "the NIS domain name that the new UTS namespace shows", IfLeftOut = "the container shows the host's domain name" });
        if (spec.Has(sched.CLONE_NEWNET)) plan.Add(new() { Name = "loopback", Code = OpCode.Loopback, Why = "a new network namespace has only lo, and that is down", IfLeftOut = "127.0.0.1 cannot be reached" });
    }

    /// <summary>Limits, priority, session.</summary>
    public void Limits()
    {
        foreach (OciRlimit limit in Wanted.Rlimits ?? []) plan.Add(new()
        {
            Name = "ulimit:" + Rlimits.ShortName(limit.Type),
            Code = OpCode.Rlimit,
            A = Rlimits.Number(limit.Type),
            B = (long)limit.Soft,
            C = (long)limit.Hard,
            Why = "as given by --ulimit",
            IfLeftOut = "the caller's limit stays",
        });
        if (Wanted.Scheduler is { } scheduler) plan.Add(new() { Name = "nice", Code = OpCode.Nice, A = scheduler.Nice, Why = "as given by --nice", IfLeftOut = "the caller's priority stays" });
        if (Wanted.ExecCpuAffinity?.Initial is { Length: > 0 } cpus)
        {
            byte[] mask = CpuSet.Parse(cpus);
            plan.Add(new() { Name = "cpus", Code = OpCode.Affinity, A = mask.Length, S1 = mask, Path = cpus, Why = "the command runs on these processors only", IfLeftOut = "the command runs on every processor" });
        }
        if (Wanted.User.Umask is { } umask) plan.Add(new() { Name = "umask", Code = OpCode.Umask, A = umask, Why = "as given by --umask", IfLeftOut = "the caller's umask stays" });
        if (!Wanted.Terminal) plan.Add(new()
        {
            Name = "new-session",
            Code = OpCode.Session,
            Why = "no controlling terminal: the container can neither push input into the caller's nor signal its jobs",
            Flags = OpFlags.MayFail,
            IfLeftOut = "the command can push input into the caller's terminal (TIOCSTI)",
        });
        plan.Add(new()
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
        OciUser user = Wanted.User;
        if (spec.HoldsCallersTerminal && !Wanted.NoNewPrivileges) AddTtyFilter();
        plan.Add(new() { Name = "bounding-caps", Code = OpCode.Bounding, A = (long)spec.Capabilities, Why = "capabilities outside this set can never be gained again, not even by a set-user-ID program", IfLeftOut = "a root process inside has every capability of its namespaces" });
        plan.Add(new()
        {
            Name = "user",
            Code = OpCode.Identity,
            A = user.Uid,
            B = user.Gid,
            C = user.AdditionalGids?.Count ?? -1,
            D = spec.DieWithParent ? signal.SIGKILL : 0,
            S1 = user.AdditionalGids is { Count: > 0 } groups ? groups.SelectMany(BitConverter.GetBytes).ToArray() : null,
            Why = "the command's user and groups; none of the caller's groups stay, where the map allows to give them up",
            IfLeftOut = "the command runs as the user that made the container",
        });
        OciCapabilities sets = Wanted.Capabilities!;
        plan.Add(new()
        {
            Name = "caps",
            Code = OpCode.Capabilities,
            A = (long)spec.Capabilities,
            B = (long)spec.Capabilities,
            C = (long)CapabilitySet.Parse(sets.Inheritable),
            D = (long)CapabilitySet.Parse(sets.Ambient),
            Why = "what the command may do of root's powers, within its own namespaces",
            IfLeftOut = "the command starts with the capabilities that made the container",
        });
        if (Wanted.NoNewPrivileges) plan.Add(new() { Name = "no_new_privs", Code = OpCode.NoNewPrivileges, Why = "execve never grants more: set-user-ID bits and file capabilities have no effect (prctl(2))", IfLeftOut = "set-user-ID programs inside change the user" });
        if (spec.HoldsCallersTerminal && Wanted.NoNewPrivileges) AddTtyFilter();
        AddEnd();
    }

    private void AddTtyFilter() => plan.Add(new()
    {
        Name = "tty-filter",
        Code = OpCode.Seccomp,
        S1 = TtyFilter.Program(),
        A = TtyFilter.Program().Length / 8,
        Path = "ioctl TIOCSTI, TIOCLINUX = EPERM",
        Why = "one of stdin, stdout, stderr is the caller's terminal: pushing input into it is refused, also in the 64-bit disguise (CVE-2019-10063)",
        IfLeftOut = "with CAP_SYS_ADMIN the command could push input into the caller's terminal",
    });

    private void AddEnd()
    {
        int first = 3 + spec.PreserveFds;
        plan.Add(new() { Name = "close-fds", Code = OpCode.CloseFds, A = first, B = Math.Max(spec.StartSocket, 0), C = spec.StateWatch, D = spec.InitLock, Why = "only 0, 1, 2 and what --preserve-fds names go in (CVE-2024-21626)", IfLeftOut = "descriptors that the caller forgot to close are open inside" });
        plan.Add(new() { Name = "chdir", Code = OpCode.WorkingDirectory, S1 = Wanted.Cwd, Path = Wanted.Cwd, Why = "the working directory, verified to be inside the root", IfLeftOut = "the command starts in /" });
        if (spec.FromBundle) AddStart();
        plan.Add(new() { Name = "signals", Code = OpCode.Signals, A = (long)Boot.InheritedMask, Why = "the caller's signal mask, and SIGPIPE as every program expects it", IfLeftOut = "the command has the signals that minirun relays blocked" });
        bool guard = !spec.FromBundle && !spec.Has(sched.CLONE_NEWPID);
        if (spec.Init || guard) plan.Add(new()
        {
            Name = "init",
            Code = OpCode.Reaper,
            A = guard ? 1 : 0,
            B = spec.DieWithParent ? 1 : 0,
            C = Wanted.Terminal ? 1 : 0,
            Why = guard ? "no pid namespace that would end everything with its first process: fork-news stays and does it" : "--init: fork-news stays as PID 1, passes signals on and reaps orphans; the command is its child",
            IfLeftOut = guard ? "processes that the command leaves behind live on" : "the command itself is PID 1 and has to reap orphans",
        });
        plan.Add(new()
        {
            Name = "exec",
            Code = OpCode.Exec,
            S1 = Candidates(),
            S2 = new CommandLine([.. Wanted.Args], spec.CommandBytes),
            S3 = Wanted.Env.ToArray(),
            S4 = spec.SetsListenPid ? ContainerEnvironmentSlot() : null,
            Path = Wanted.Args[0],
            Why = "the command, by PATH of its own environment, takes the place of fork-news",
        });
    }

    /// <summary>Where a container that was created waits for its start; one that is run at once stops minding its parent here.</summary>
    private void AddStart()
    {
        if (!spec.Waits)
        {
            plan.Add(new() { Name = "outlive", Code = OpCode.ParentDeath, A = 0, Why = "from here on the container lives on its own" });
            return;
        }
        plan.Add(new() { Name = "find", Code = OpCode.FindProgram, S1 = Candidates(), Path = Wanted.Args[0], Why = "a command that is not there is an error of create, not of start" });
        plan.Add(new() { Name = "await-start", Code = OpCode.AwaitStart, A = spec.StartSocket, B = spec.StateWatch, Why = "created: the command is executed when `start` says so" });
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
