using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Makes the child: clone makes the namespaces, minirun writes the id maps, and the child executes fork-news. Meanwhile the plan is completed and
/// goes into a sealed memfd, which fork-news maps and carries out.
/// </summary>
public static unsafe class Launcher
{
    private const int ProgramRegister = 0;

    /// <summary>Of calls between operations: neither waited for nor reported.</summary>
    private const int NoOperation = -1;

    /// <summary>Starts a container; what follows is the business of <see cref="Lifecycle.Supervisor"/>. The calling thread must live as long as the container (PR_SET_PDEATHSIG).</summary>
    /// <param name="plan">The whole plan, or its beginning.</param>
    /// <param name="host">Who starts it, where.</param>
    /// <param name="mode">What is reported.</param>
    /// <param name="watcher">Who hears it.</param>
    /// <param name="complete">Completes the plan while the child starts: the two take about the same time, on two processors. Null: it is complete.</param>
    /// <exception cref="LinuxException">A call of the parent's failed; no child is left.</exception>
    /// <exception cref="UserError">The plan cannot be completed; no child is left.</exception>
    public static LaunchedContainer Start(ContainerPlan plan, Host host, PlanMode mode, Watcher? watcher, Action? complete = null)
    {
        int* sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets), "socketpair");
        int ours = sockets[0], childs = sockets[1];
        int planFd = (int)LinuxException.Check(sys_mman.memfd_create("minirun-plan", sys_mman.MFD_CLOEXEC | sys_mman.MFD_ALLOW_SEALING), "memfd_create");
        if (complete is null) WriteSealed(planFd, PlanEncoder.Encode(plan, childs, mode));
        var script = new ScriptWriter();
        WriteScript(script, plan, host, planFd, ours, childs, waits: complete is not null);

        int cloneOp = plan.IndexOf(LaunchStep.Clone);
        watcher?.Before(cloneOp);
        long start = Clock.Now();
        (int pid, int pidfd) = script.Clone(plan.Spec.Namespaces, childs, mode, copy: plan.Find(LaunchStep.BecomeRoot) is not null);
        watcher?.After(cloneOp, ReportKind.Done, Clock.Now() - start);
        unistd.close(childs);
        var container = new LaunchedContainer(pid, pidfd, ours, script);
        try
        {
            WriteIdMaps(plan, pid, ours, watcher);
            if (complete is not null)
            {
                complete();
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

    private static void WriteScript(ScriptWriter script, ContainerPlan plan, Host host, int planFd, int parentsFd, int reportFd, bool waits)
    {
        // Else the child itself would keep its parent's end open, and never see it close.
        Silently(ref script.Add(NoOperation, SYS_close, parentsFd));
        var user = LaunchUser.Of(plan.Spec, host);
        int forkNews = plan.IndexOf(LaunchStep.ForkNews);
        // One who follows step by step sees the id maps come first; else what needs none is done while the parent writes them.
        bool mapped = !waits;
        if (mapped) AwaitIdMaps(script, plan, reportFd);
        for (int op = 0; op < plan.Operations.Count; op++)
        {
            LaunchStep step = plan.Operations[op].Step;
            if (!mapped && step is (LaunchStep.BecomeRoot or LaunchStep.KeepCapabilities or LaunchStep.ForkNews))
            {
                AwaitIdMaps(script, plan, reportFd);
                mapped = true;
            }
            switch (step)
            {
                case LaunchStep.EnterRootfs:
                    script.Add(op, SYS_chdir, script.Text(plan.Spec.Oci.Root.Path));
                    break;
                case LaunchStep.BecomeRoot:
                    script.Add(op, SYS_setresgid, user.Gid, user.Gid, user.Gid);
                    script.Add(op, SYS_setresuid, user.Uid, user.Uid, user.Uid);
                    break;
                case LaunchStep.KeepCapabilities:
                    KeepCapabilities(script, op);
                    break;
                case LaunchStep.SealProgram:
                    Seal(script, op, host.Executable);
                    break;
                case LaunchStep.ForkNews:
                    script.Set(ProgramRegister, fcntl.open("/proc/self/exe", fcntl.O_PATH | fcntl.O_CLOEXEC));
                    break;
            }
        }
        script.Add(forkNews, SYS_fcntl, planFd, fcntl.F_SETFD, 0);
        script.Add(forkNews, SYS_fcntl, reportFd, fcntl.F_SETFD, 0);
        script.Add(forkNews, SYS_execveat, RawCall.Register + ProgramRegister, script.Text(""), waits ? script.Array("fork-news", planFd.ToString(), reportFd.ToString()) : script.Array("fork-news", planFd.ToString()), script.Array(), fcntl.AT_EMPTY_PATH)
            .Last = false;   // fork-news reports it
    }

    /// <summary>A read that ends when the parent has written the id maps (<see cref="Go"/>), or died.</summary>
    private static void AwaitIdMaps(ScriptWriter script, ContainerPlan plan, int reportFd)
    {
        if (plan.Find(LaunchStep.IdMaps) is null) return;
        ref RawCall wait = ref script.Add(NoOperation, SYS_read, reportFd, script.Bytes(new byte[8]), 1);
        wait.NeedsData = true;
        Silently(ref wait);
    }

    private static void Silently(ref RawCall call) => call.First = call.Last = false;

    /// <summary>All capabilities into the inheritable set, from there into the ambient one, which execve keeps.</summary>
    private static void KeepCapabilities(ScriptWriter script, int op)
    {
        uint* header = stackalloc uint[2] { capability.LINUX_CAPABILITY_VERSION_3, 0 };
        uint low = unchecked((uint)capability.All), high = (uint)(capability.All >> 32);
        uint* sets = stackalloc uint[6] { low, low, low, high, high, high };
        script.Add(op, SYS_capset, script.Bytes(new ReadOnlySpan<byte>(header, 8)), script.Bytes(new ReadOnlySpan<byte>(sets, 24)));
        for (int number = 0; number <= capability.CAP_LAST_CAP; number++)
            script.Add(op, SYS_prctl, sys_prctl.PR_CAP_AMBIENT, sys_prctl.PR_CAP_AMBIENT_RAISE, number).MayFail = true;
    }

    /// <summary>
    /// A detached read-only mount of our own program: what /proc/PID/exe of fork-news leads to cannot be written, by anybody. When the path
    /// does not lead to it any more, the descriptor of the running program is used as it is.
    /// </summary>
    private static void Seal(ScriptWriter script, int op, string program)
    {
        ref RawCall open = ref script.Add(op, SYS_open_tree, fcntl.AT_FDCWD, script.Text(program), sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC);
        open.Keep = ProgramRegister;
        open.MayFail = true;
        var attributes = new mount_attr { attr_set = sys_mount.MOUNT_ATTR_RDONLY };
        script.Add(op, SYS_mount_setattr, RawCall.Register + ProgramRegister, script.Text(""), fcntl.AT_EMPTY_PATH,
            script.Bytes(new ReadOnlySpan<byte>(&attributes, sizeof(mount_attr))), sizeof(mount_attr)).MayFail = true;
    }

    private static void WriteIdMaps(ContainerPlan plan, int pid, int reportFd, Watcher? watcher)
    {
        int op = plan.IndexOf(LaunchStep.IdMaps);
        if (op < 0) return;
        watcher?.Before(op);
        long start = Clock.Now();
        IdMapWriter.Write(plan.Spec, pid);
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
        LinuxException.Check(fcntl.fcntl_(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE), "fcntl(F_ADD_SEALS)");
    }
}
