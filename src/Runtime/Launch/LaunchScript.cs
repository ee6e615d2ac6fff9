using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>The calls that a cloned child makes until it executes fork-news, from the first operations of a plan.</summary>
internal static unsafe class LaunchScript
{
    private const int ProgramRegister = 0;
    private const int SourceRegister = 1;

    /// <summary>Of calls between operations: neither waited for nor reported.</summary>
    private const int NoOperation = -1;

    /// <summary>First of all else: what it and those after it make counts as the container's.</summary>
    public static void EnterCgroups(ScriptWriter script, ContainerPlan plan, IReadOnlyList<int> tasks)
    {
        if (tasks.Count == 0) return;
        int op = plan.IndexOf(LaunchStep.Cgroup);
        long itself = script.Text("0");
        foreach (int fd in tasks) Silently(ref script.Add(op, SYS_write, fd, itself, 1));
    }

    /// <param name="script">Where they go.</param>
    /// <param name="plan">The plan, or its beginning.</param>
    /// <param name="host">Who starts it.</param>
    /// <param name="planFd">The memfd of the plan.</param>
    /// <param name="parentsFd">The parent's end of the report socket.</param>
    /// <param name="reportFd">The child's end.</param>
    /// <param name="waits">Whether fork-news is to wait until the plan is complete.</param>
    /// <param name="joined">The namespaces that fork-news enters by itself (<see cref="JoiningRequest"/>), or null.</param>
    public static void Write(ScriptWriter script, ContainerPlan plan, Host host, int planFd, int parentsFd, int reportFd, bool waits,
        List<int>? joined)
    {
        // Else the child itself would keep its parent's end open, and never see it close.
        Silently(ref script.Add(NoOperation, SYS_close, parentsFd));
        int forkNews = plan.IndexOf(LaunchStep.ForkNews);
        int firstJoin = plan.IndexOf(LaunchStep.Join);
        // One who follows step by step sees the id maps come first; else what needs none is done while the parent writes them. A root file
        // system that only ids of the map may enter is entered with them.
        bool mapped = !waits;
        if (mapped) AwaitIdMaps(script, plan, reportFd);
        for (int op = 0; op < plan.Operations.Count; op++)
        {
            Operation operation = plan.Operations[op];
            LaunchStep step = operation.Step;
            // It is executed outside, and does these by itself.
            if (joined is not null && step is not (LaunchStep.MapSource or LaunchStep.ForkNews)) continue;
            if (!mapped
                && step is (LaunchStep.EnterRootfs or LaunchStep.OpenSource or LaunchStep.BecomeRoot or LaunchStep.KeepCapabilities
                    or LaunchStep.ForkNews))
            {
                AwaitIdMaps(script, plan, reportFd);
                mapped = true;
            }
            switch (operation)
            {
                case JoinStep when op == firstJoin:
                    NamespaceJoin.Write(script, plan);
                    break;
                case CloneAgainStep again:
                    const ulong how = sched.CLONE_PARENT | sched.CLONE_PARENT_SETTID;
                    ref RawCall clone = ref script.Add(op, SYS_clone, (long)(again.Namespaces | how), 0, (long)script.Shared, 0, 0);
                    clone.Forks = true;
                    script.EndAtOnce();
                    break;
                case EnterRootfsStep enter:
                    script.Add(op, SYS_chdir, script.Text(enter.Path!));
                    break;
                case OpenSourceStep open:
                    MountSources.WriteOpen(script, op, open.Source, SourceRegister);
                    break;
                case MakeSourceStep { Source: var source }:
                    // Of a node that could not be made there is none.
                    script.Add(op, SYS_fcntl, source.Fd, fcntl.F_SETFD, 0).MayFail = source.Node is not null;
                    break;
                case BecomeRootStep user:
                    script.Add(op, SYS_setresgid, user.Gid, user.Gid, user.Gid).MayFail = user.MayFail;
                    script.Add(op, SYS_setresuid, user.Uid, user.Uid, user.Uid).MayFail = user.MayFail;
                    break;
                case KeepCapabilitiesStep:
                    KeepCapabilities(script, op);
                    break;
                case SealProgramStep seal:
                    Seal(script, op, seal.Program);
                    break;
                case StreamsStep { Descriptors: { } streams }:
                    StreamScript.Replace(script, op, streams);
                    break;
                case ForkNewsStep:
                    script.Set(ProgramRegister,
                        joined is not null ? SealedProgram.Open(host) : fcntl.open("/proc/self/exe", fcntl.O_PATH | fcntl.O_CLOEXEC));
                    break;
            }
        }
        script.Add(forkNews, SYS_fcntl, planFd, fcntl.F_SETFD, 0);
        script.Add(forkNews, SYS_fcntl, reportFd, fcntl.F_SETFD, 0);
        if (joined is not null)
            foreach (int fd in joined) script.Add(forkNews, SYS_fcntl, fd, fcntl.F_SETFD, 0);
        foreach (int fd in plan.ForkNews.Descriptors) script.Add(forkNews, SYS_fcntl, fd, fcntl.F_SETFD, 0);
        long arguments = joined is not null ? script.Array("fork-news", planFd.ToString(), reportFd.ToString(), "join")
            : waits ? script.Array("fork-news", planFd.ToString(), reportFd.ToString())
            : script.Array("fork-news", planFd.ToString());
        script.Add(forkNews, SYS_execveat, RawCall.Register + ProgramRegister, script.Text(""), arguments, script.Array(),
            fcntl.AT_EMPTY_PATH)
            .Last = false;   // fork-news reports it
        if (joined is not null) script.EndAtOnce();
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
        ref RawCall open = ref script.Add(op, SYS_open_tree, fcntl.AT_FDCWD, script.Text(program),
            sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC);
        open.Keep = ProgramRegister;
        open.MayFail = true;
        var attributes = new mount_attr { attr_set = sys_mount.MOUNT_ATTR_RDONLY };
        script.Add(op, SYS_mount_setattr, RawCall.Register + ProgramRegister, script.Text(""), fcntl.AT_EMPTY_PATH,
            script.Bytes(new ReadOnlySpan<byte>(&attributes, sizeof(mount_attr))), sizeof(mount_attr)).MayFail = true;
    }
}
