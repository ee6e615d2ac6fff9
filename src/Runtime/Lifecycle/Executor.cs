using Minirun.Linux.Calls;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary><c>exec</c>: another process in a container, by a child that enters its cgroup and its namespaces.</summary>
internal static class Executor
{
    private const int PidfdThread = fcntl.O_EXCL;   // PIDFD_THREAD of linux/pidfd.h

    private static readonly ulong[] s_kinds =
        [sched.CLONE_NEWUSER, sched.CLONE_NEWNS, sched.CLONE_NEWPID, sched.CLONE_NEWUTS, sched.CLONE_NEWIPC, sched.CLONE_NEWNET,
            sched.CLONE_NEWCGROUP, sched.CLONE_NEWTIME];

    /// <summary>Gives the exit code of the process; 0 when detached.</summary>
    public static int Execute(OciGlobals globals, ExecOptions options)
    {
        Container container = Container.Load(new StateStore(globals.Root), options.Id);
        int pidfd = OpenInit(container, options);
        OciSpec oci = container.Configuration();
        OciProcess process = ExecProcess.Of(oci, options);
        ContainerMaker.CheckTerminal(process.Terminal, options.ConsoleSocket is { Length: > 0 }, options.Detach);
        var host = new Host();
        ProcessEnvironment.Complete(process, ProcessIdentity.Directory(container.Record.Pid) + "/root", [], host);
        if (host is { Uid: 0, IsInUserNamespace: false } && MountRight.GivesCapability(process)
            && !MountRight.Has(oci.Process, oci.Linux.Seccomp))
            Cgroup.CheckEvery(container.Cgroup);
        ContainerSpec spec = Specify(oci, process, container.Record.Pid, pidfd, options, host, container.Cgroup is not null);
        if (spec is { OwnsPipes: true, Relayed: not 0 }) spec.Warn(StandardStream.NotForDetached);
        if (process is { Terminal: true, ConsoleSize: null }) process.ConsoleSize = host.TerminalSize;
        NullDevice.Seal();
        var planner = new Planner(spec, host);
        ContainerPlan plan = planner.Begin();
        using StreamRelay? streams = StreamRelay.Open(plan);
        Cgroup? cgroup = container.Cgroup;
        CgroupBirth? birth = options.Cgroup.Count == 0 ? cgroup?.Birth : null;
        void Complete(int pid)
        {
            if (options.Cgroup.Count > 0) cgroup?.JoinForExec(pid, options.Cgroup);
            else cgroup?.Enter(pid);
            if (container.Record.Resctrl is { } resctrl) ResctrlGroup.Enter(resctrl, pid);
            CheckOomScore(spec, pid);
            planner.CompleteExec();
        }
        LaunchedContainer child = Launcher.Start(plan, host, PlanMode.Quiet, null, Complete, birth);
        streams?.HandedOver();
        globals.Trace?.Invoke($"container {container.Record.Id}: process {child.Pid} joins its first process {container.Record.Pid}");
        unistd.close(pidfd);
        foreach (string warning in plan.Spec.Warnings ?? []) globals.Warn(warning);
        return Follow(plan, child, container, options, globals, streams);
    }

    /// <summary>It set its score by itself before it entered (src/Init/Joining.cs), and could not say when it may not.</summary>
    private static void CheckOomScore(ContainerSpec spec, int pid)
    {
        if (spec.Oci.Process.OomScoreAdj is not { } wanted) return;
        string has = ProcFile.Read($"/proc/{pid}/oom_score_adj").Trim();
        if (has != wanted.ToString(System.Globalization.CultureInfo.InvariantCulture))
            spec.Warn(
                $"process.oomScoreAdj: cannot set {wanted}, the score stays {has}: a lower one takes CAP_SYS_RESOURCE outside of user "
                    + $"namespaces");
    }

    private static int Follow(
        ContainerPlan plan, LaunchedContainer child, Container container, ExecOptions options, OciGlobals globals, StreamRelay? streams)
    {
        var part = new ParentPart
        {
            Warn = globals.Warn,
            TakeTerminal = options.ConsoleSocket is { Length: > 0 } path ? master => ContainerMaker.GiveTerminal(path, master) : null,
            TakeListener = listener => SeccompAgent.Give(plan.Spec, listener, child.Pid,
                container.Record.State(Container.Word(container.Status()), container.LivePid)),
        };
        void Started()
        {
            if (options.PidFile is { Length: > 0 } file) PidFile.Write(file, child.Pid);
            if (options.PidfdSocket is { Length: > 0 } socket) UnixSocket.Give(socket, child.PidFd, "pidfd");
        }
        try
        {
            if (!options.Detach) return Supervisor.Run(plan, child, null, PlanMode.Quiet, null, Started, globals.Warn, streams, part);
            part.Follow(plan, child);
            Started();
            return 0;
        }
        catch
        {
            child.Abandon();
            throw;
        }
    }

    /// <summary>
    /// A pidfd of the container's first process, which is looked at once more through it: no other can have come in its place.
    /// </summary>
    private static int OpenInit(Container container, ExecOptions options)
    {
        ContainerStatus status = container.Status();
        if (status is ContainerStatus.Stopped or ContainerStatus.Creating)
            throw new UserError("cannot exec in a stopped container", "container not running");
        if (status == ContainerStatus.Paused && !options.IgnorePaused)
            throw new UserError("cannot exec in a paused container (use --ignore-paused to override)",
                $"`minirun-oci resume {options.Id}` resumes it");
        int pidfd = OpenNamespaces(container.Record.Pid);
        if (container.IsAlive) return pidfd;
        unistd.close(pidfd);
        throw new UserError("cannot exec in a stopped container", "container not running");
    }

    /// <summary>What setns(2) takes. The namespaces are those of a thread: a first one that has ended has none any more.</summary>
    private static int OpenNamespaces(int pid)
    {
        int thread = ProcessIdentity.LivingThread(pid), flags = thread == pid ? 0 : PidfdThread;
        int pidfd = (int)sys_syscall.syscall(sys_syscall.SYS_pidfd_open, thread, flags);
        if (pidfd >= 0) return pidfd;
        int errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        throw errno switch
        {
            Errno.ESRCH => new UserError("cannot exec in a stopped container", "container not running"),
            Errno.EINVAL when flags != 0 => new UserError("cannot exec: the first thread of the container's first process has ended",
                "to join one of its other threads takes Linux 6.9"),
            _ => new LinuxException("pidfd_open", errno),
        };
    }

    private static ContainerSpec Specify(OciSpec oci, OciProcess process, int pid, int pidfd, ExecOptions options, Host host,
        bool hasCgroup)
    {
        var inside = new OciSpec { Process = process };
        inside.Linux.Seccomp = oci.Linux.Seccomp;
        inside.Linux.Personality = oci.Linux.Personality;
        inside.Linux.MemoryPolicy = oci.Linux.MemoryPolicy;
        ulong different = Different(pid);
        return new ContainerSpec
        {
            Oci = inside,
            Policy = Policy.Bundle,
            JoinedProcess = pidfd,
            JoinedFlags = different,
            JoinedRoot = (different & sched.CLONE_NEWNS) == 0 ? OpenRoot(pid) : 0,
            JoinedDirectory = ProcessIdentity.Directory(pid),
            WantsCgroup = hasCgroup,
            KeepsProcessors = BundleSpec.IsOwn(oci),
            HostProc = OpenProc(process, different),
            Seccomp = Security.Seccomp.SeccompCompiler.Of(oci.Linux.Seccomp),
            PreserveFds = options.PreserveFds,
            PlainNewlines = options.ConsoleSocket is not { Length: > 0 },
            OwnsPipes = options.Detach,
            Relayed = StandardStream.Relayed(host, process, oci.Linux, isForeground: !options.Detach, joins: true),
        };
    }

    /// <summary>Of who has a mount namespace of its own, setns(2) gives the root as well.</summary>
    private static int OpenRoot(int pid)
    {
        string path = ProcessIdentity.Directory(pid) + "/root";
        int fd = (int)LinuxException.Check(fcntl.open(path, fcntl.O_PATH | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC), "open", path);
        // High: a low number could be one that --preserve-fds hands to the command.
        int high = fcntl.DuplicateAbove(MountSources.First, fd);
        unistd.close(fd);
        return high;
    }

    /// <summary>
    /// The host's procfs goes in only where no other is to be had: in a user namespace, whose own is masked; there nobody can look into
    /// fork-news. In the caller's user namespace CAP_SYS_PTRACE is enough to look, and its ".." leads through the host's files.
    /// </summary>
    private static int OpenProc(OciProcess process, ulong joined)
    {
        bool isNeeded = LabelPlan.IsWanted(process) && (joined & sched.CLONE_NEWUSER) != 0;
        int flags = fcntl.O_PATH | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC;
        return isNeeded ? (int)LinuxException.Check(fcntl.open("/proc", flags), "open", "/proc") : 0;
    }

    /// <summary>The namespaces that are not ours already: setns(2) refuses one's own user namespace.</summary>
    private static ulong Different(int pid)
    {
        ulong flags = 0;
        string directory = ProcessIdentity.Directory(pid);
        foreach (ulong kind in s_kinds)
        {
            string name = "/ns/" + NamespaceSet.File(kind);
            string? theirs = ProcFile.ReadLink(directory + name), ours = ProcFile.ReadLink("/proc/self" + name);
            if (theirs is not null && theirs != ours) flags |= kind;
        }
        return flags;
    }
}
