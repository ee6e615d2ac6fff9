using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Makes the child: clone makes the namespaces, minirun writes the id maps, and the child executes fork-news. Meanwhile the plan is
/// completed and goes into a sealed memfd, which fork-news maps and carries out.
/// </summary>
public static unsafe class Launcher
{
    /// <summary>
    /// Starts a container; what follows is the business of <see cref="Lifecycle.Supervisor"/>. The calling thread must live as long as the
    /// container (PR_SET_PDEATHSIG).
    /// </summary>
    /// <param name="plan">The whole plan, or its beginning.</param>
    /// <param name="host">Who starts it, where.</param>
    /// <param name="mode">What is reported.</param>
    /// <param name="watcher">Who hears it.</param>
    /// <param name="complete">Completes the plan while the child, whose pid it gets, starts: the two take about the same time, on two
    /// processors. Null: it is complete.</param>
    /// <param name="birth">The cgroup that it is born in; null: that of the caller.</param>
    /// <exception cref="LinuxException">A call of the parent's failed; no child is left.</exception>
    /// <exception cref="UserError">The plan cannot be completed; no child is left.</exception>
    public static LaunchedContainer Start(ContainerPlan plan, Host host, PlanMode mode, Watcher? watcher, Action<int>? complete = null,
        CgroupBirth? birth = null)
    {
        int* sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets),
            "socketpair");
        // The child closes all that it has above its own, which is the first.
        int ours = sockets[1], childs = sockets[0];
        int planFd = (int)LinuxException.Check(sys_mman.memfd_create("minirun-plan", sys_mman.MFD_CLOEXEC | sys_mman.MFD_ALLOW_SEALING),
            "memfd_create");
        if (plan.HasSources) MountSources.Prepare(plan, planFd);
        if (complete is null) WriteSealed(planFd, PlanEncoder.Encode(plan, childs, mode));
        var script = new ScriptWriter();
        List<int>? joined = plan.ForkNews.EntersByItself ? JoiningRequest.Write(plan, planFd, childs) : null;
        if (joined is not null) StreamScript.LetGoOfCallers(script, plan);
        if (birth is not null) LaunchScript.EnterCgroups(script, plan, birth.Tasks);
        LaunchScript.Write(script, plan, host, planFd, ours, childs, waits: complete is not null, joined);

        var clone = (CloneStep)plan.Find(LaunchStep.Clone)!;
        int cloneOp = plan.IndexOf(clone), pid, pidfd;
        bool copy = joined is null && (plan.Find(LaunchStep.BecomeRoot) ?? plan.Find(LaunchStep.CloneAgain)) is not null;
        using (MiddleMounts.Enter(plan, watcher))
        {
            watcher?.Before(cloneOp);
            long start = Clock.Now();
            (pid, pidfd) = script.Clone(clone.Namespaces, childs, mode, copy, birth?.Directory ?? -1);
            watcher?.After(cloneOp, ReportKind.Done, Clock.Now() - start);
        }
        unistd.close(childs);
        if (plan.HasSources) MountSources.Close(plan);
        if (plan.Find(LaunchStep.CloneAgain) is not null)
            (pid, pidfd) = Second(plan, pid, pidfd, ours, joined is not null ? planFd : -1, script, watcher);
        watcher?.Started(pid);
        var container = new LaunchedContainer(pid, pidfd, ours, script);
        try
        {
            WriteIdMaps(plan, pid, ours, watcher);
            // A bundle's plan is completed now, so the child still waits.
            if (plan.Find(LaunchStep.MoveDevices) is MoveDevicesStep move) NetDevices.Move(move.Devices, pid);
            if (complete is not null)
            {
                complete(pid);
                WriteSealed(planFd, PlanEncoder.Encode(plan, childs, mode));
                Go(ours);
            }
            unistd.close(planFd);
        }
        catch
        {
            container.Abandon();
            throw;
        }
        return container;
    }

    /// <summary>
    /// The first child has entered namespaces, made another that is in them, told its pid, and ended: the container is that other one, our
    /// child too (CLONE_PARENT).
    /// </summary>
    private static (int Pid, int PidFd) Second(
        ContainerPlan plan, int first, int firstPidFd, int reportFd, int joinedFd, ScriptWriter script, Watcher? watcher)
    {
        if (StartSignals.Await(firstPidFd) is not 0 and var number) throw GiveUp(number, first, firstPidFd, reportFd, joinedFd);
        int status = ExitStatus.Wait(first);
        unistd.close(firstPidFd);
        int pid = joinedFd >= 0 ? JoiningRequest.Read(joinedFd) : *script.Shared;
        if (status == 0 && pid > 0) return (pid, (int)LinuxException.Check(sys_syscall.syscall(SYS_pidfd_open, pid, 0), "pidfd_open"));
        // It was killed after it had made the other, which would wait for us for ever: not reaped yet, so the pid is still that one's.
        if (pid > 0)
        {
            signal.kill(pid, signal.SIGKILL);
            ExitStatus.Wait(pid);
        }
        // What was said is there to be read; one whose pid we never heard hears that nobody is left to wait for.
        sys_socket.shutdown(reportFd, sys_socket.SHUT_RDWR);
        UserError error = new($"cannot join the namespaces: the child ended with status {ExitStatus.Code(status)}", "was it killed?");
        Report report;
        while (ReportChannel.Receive(reportFd, &report) != ReportChannel.Ended)
            if (report.Kind == ReportKind.Failed)
            {
                error = Failure.Explain(plan, report, first, watcher);
                break;
            }
        unistd.close(reportFd);
        script.Dispose();
        throw error;
    }

    /// <summary>Its memory stays: the child may be in it.</summary>
    private static UserError GiveUp(int number, int first, int firstPidFd, int reportFd, int joinedFd)
    {
        syscall(SYS_pidfd_send_signal, firstPidFd, signal.SIGKILL, 0, 0);
        var end = new pollfd { fd = firstPidFd, events = poll.POLLIN };
        bool ended = poll.poll_(&end, 1, StartSignals.Patience) > 0;
        if (ended) ExitStatus.Wait(first);
        // It may have made the other in its last moment, which waits for us else.
        sys_socket.shutdown(reportFd, sys_socket.SHUT_RDWR);
        if (joinedFd >= 0 && JoiningRequest.Read(joinedFd) is > 0 and var second) signal.kill(second, signal.SIGKILL);
        return StartSignals.GivenUp(number, first, ended);
    }

    private static void WriteIdMaps(ContainerPlan plan, int pid, int reportFd, Watcher? watcher)
    {
        if (plan.Find(LaunchStep.IdMaps) is not IdMapsStep maps) return;
        int op = plan.IndexOf(maps);
        watcher?.Before(op);
        long start = Clock.Now();
        IdMapWriter.Write(maps, pid);
        watcher?.After(op, ReportKind.Done, Clock.Now() - start);
        Go(reportFd);
    }

    /// <summary>One byte lets the child go on.</summary>
    internal static void Go(int reportFd)
    {
        byte go = 1;
        sys_socket.send(reportFd, &go, 1, sys_socket.MSG_NOSIGNAL);
    }

    /// <summary>Nobody can change the plan any more, not even a descriptor of it that stayed open.</summary>
    private static void WriteSealed(int fd, byte[] content)
    {
        fixed (byte* bytes = content)
            for (int done = 0; done < content.Length;)
                done += (int)LinuxException.Check(unistd.write(fd, bytes + done, content.Length - done), "write", "plan");
        LinuxException.Check(
            fcntl.fcntl_(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE),
            "fcntl(F_ADD_SEALS)");
    }
}
