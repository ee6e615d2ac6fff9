using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// fork-news: maps the plan, carries out its operations one after the other and ends in execve. The first failure is
/// reported with the operation, the call and errno, and ends the process. Nothing is decided here.
/// </summary>
internal static unsafe class Interpreter
{
    private const int CLOCK_MONOTONIC = 1;

    /// <summary>
    /// Does not return. The plan may still be in the making while we start: a byte on <paramref name="readyFd"/> says that it is whole; -1:
    /// it is.
    /// </summary>
    public static void Run(int planFd, int readyFd)
    {
        byte ready;
        if (readyFd >= 0 && Sys.Call(SYS_read, readyFd, (nint)(&ready), 1) != 1) Sys.Call(SYS_exit_group, 125);
        Child child = default;
        child.Root = child.Origin = child.OldRoot = child.Dev = child.Pts = child.Empty = child.Null = child.Proc = child.OwnProc = -1;
        child.Children = -1;
        child.Plan = Map(planFd);
        if (child.Plan == null)
        {
            ReadOnlySpan<byte> message = "fork-news: not started by minirun, or by another version of it: run `minirun run` instead\n"u8;
            Sys.Call(SYS_write, 2, (nint)Text.Pointer(message), message.Length);
            Sys.Call(SYS_exit_group, 125);
        }
        PlanOp* ops = (PlanOp*)((byte*)child.Plan + child.Plan->OpsOffset);
        // That we run is the end of the operation before our first: the execve of fork-news itself.
        if (child.Plan->Mode != PlanMode.Quiet) Reports.Send(&child, ReportKind.Done, ops->Index - 1, 0);
        for (int i = 0; i < child.Plan->OpCount; i++)
            Step(&child, ops + i);
        Sys.Call(SYS_exit_group, 125);
    }

    private static PlanHeader* Map(int fd)
    {
        PlanHeader header;
        if (Sys.Call(SYS_pread64, fd, (nint)(&header), sizeof(PlanHeader), 0) != sizeof(PlanHeader)) return null;
        if (header.Magic != PlanHeader.Expected || header.Version != PlanHeader.CurrentVersion) return null;
        // All of it is read, and much of it written: arrays of offsets become pointers.
        nint address = Sys.Call(SYS_mmap, 0, header.Length, sys_mman.PROT_READ | sys_mman.PROT_WRITE,
            sys_mman.MAP_PRIVATE | sys_mman.MAP_POPULATE, fd, 0);
        Sys.Call(SYS_close, fd);
        Sys.Call(SYS_fcntl, header.ReportFd, fcntl.F_SETFD, fcntl.FD_CLOEXEC);
        return address < 0 ? null : (PlanHeader*)address;
    }

    private static void Step(Child* child, PlanOp* op)
    {
        PlanMode mode = child->Plan->Mode;
        if ((mode & PlanMode.Step) != 0) AwaitParent(child);
        long start = mode == PlanMode.Quiet ? 0 : Now();
        child->Outcome = ReportKind.Done;
        if (op->Code is not (>= OpCode.MountFs and <= OpCode.EnsureDirectory or OpCode.Copy)) child->CloseLeft();
        OwnProc.Before(child, op);
        bool done = Execute(child, op) || (op->Flags & OpFlags.MayFail) != 0;
        if (!done && (op->Flags & OpFlags.Warn) != 0) child->Outcome = ReportKind.Warning;
        else if (!done) Reports.Die(child, op);
        if (mode != PlanMode.Quiet) child->CloseLeft();
        if (mode != PlanMode.Quiet || child->Outcome is ReportKind.FellBack or ReportKind.Warning)
            Reports.Send(child, child->Outcome, op->Index, mode == PlanMode.Quiet ? 0 : Now() - start);
    }

    private static bool Execute(Child* child, PlanOp* op) => op->Code switch
    {
        OpCode.ParentDeath => Lifetime.DieWithParent(child, (int)op->Number.Value),
        OpCode.Unshare => child->Try(SYS_unshare, (nint)op->Number.Value),
        OpCode.NotDumpable => child->Try(SYS_prctl, sys_prctl.PR_SET_DUMPABLE, 0),
        OpCode.AskParent => Waiting.ForParent(child, op),
        OpCode.AwaitStart => Waiting.ForStart(child, op),
        OpCode.Propagation => child->Try(SYS_mount, 0, (nint)Text.Pointer("/"u8), 0, (nint)op->Number.Value, 0),
        OpCode.BindRoot => RootMount.Bind(child, op),
        OpCode.OverlayRoot => RootMount.Overlay(child, op),
        OpCode.OpenRoot => RootMount.Open(child),
        OpCode.MountFs => Mounts.NewFileSystem(child, op),
        OpCode.MountOverlay => Mounts.Overlay(child, op),
        OpCode.Bind => Mounts.Bind(child, op),
        OpCode.CgroupBind => Cgroups.Bind(child, op),
        OpCode.Remount => Mounts.Remount(child, op),
        OpCode.MountAttributes => Mounts.SetLater(child, op),
        OpCode.Symlink => Devices.Symlink(child, op),
        OpCode.OpenDev => Devices.Open(child, op),
        OpCode.Device => Devices.Make(child, op),
        OpCode.NullStdio => Devices.ReopenNull(child),
        OpCode.Copy => OwnFiles.Copy(child, op),
        OpCode.SettleRoot => RootMount.Settle(child),
        OpCode.Mask => Mounts.Mask(child, op),
        OpCode.EnsureDirectory => Rootfs.EnsureDirectory(child, op),
        OpCode.Terminal => Terminal.Open(child, op),
        OpCode.PivotRoot => RootMount.Pivot(child, op),
        OpCode.MoveRoot => RootMount.Move(child, op),
        OpCode.Chroot => RootMount.Chroot(child),
        OpCode.RootAttributes => RootMount.SetAttributes(child, op),
        OpCode.CheckRoot => RootCheck.Check(child, op->CheckRoot.Entry),
        OpCode.Hostname => child->Try(SYS_sethostname, (nint)child->At(op->Text.Text), Text.Length(child->At(op->Text.Text))),
        OpCode.Domainname => child->Try(SYS_setdomainname, (nint)child->At(op->Text.Text), Text.Length(child->At(op->Text.Text))),
        OpCode.Notify => Notify.Listen(child, op),
        OpCode.Loopback => Network.LoopbackUp(child),
        OpCode.OpenProc => Procfs.Open(child, op),
        OpCode.WriteProc => Procfs.Write(child, op),
        OpCode.Label => Procfs.Label(child, op),
        OpCode.TimeNamespace => Procfs.TimeNamespace(child, op),
        OpCode.Hook => Hook.Run(child, op),
        OpCode.WriteFile => Files.Write(child, child->At(op->Write.Path), child->At(op->Write.Content), op->Write.Content.Length),
        OpCode.Rlimit => Process.SetLimit(child, op),
        OpCode.Nice => child->Try(SYS_setpriority, 0, 0, (nint)op->Number.Value),
        OpCode.Affinity => child->Try(SYS_sched_setaffinity, 0, op->Bytes.Bytes.Length, (nint)child->At(op->Bytes.Bytes)),
        OpCode.Scheduler => child->Try(SYS_sched_setattr, 0, (nint)child->At(op->Bytes.Bytes), 0),
        OpCode.IoPriority => child->Try(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, (nint)op->Number.Value),
        OpCode.MemoryPolicy => SetMemoryPolicy(child, &op->MemoryPolicy),
        OpCode.Personality => child->Try(SYS_personality, (nint)op->Number.Value),
        OpCode.Umask => child->Try(SYS_umask, (nint)op->Number.Value),
        OpCode.Session => child->Try(SYS_setsid),
        OpCode.Keyring => child->Try(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, 0),
        OpCode.Bounding => Identity.DropBounding(child, op->Bounding.Kept),
        OpCode.StdioOwner => Identity.OwnStdio(child, op->StdioOwner.Uid, op->StdioOwner.Ours, op->StdioOwner.TakesPipes),
        OpCode.Identity => Identity.Become(child, op),
        OpCode.Capabilities => Identity.SetCapabilities(child, op),
        OpCode.NoNewPrivileges => child->Try(SYS_prctl, sys_prctl.PR_SET_NO_NEW_PRIVS, 1),
        OpCode.Seccomp => SeccompFilters.Install(child, op),
        OpCode.CloseFds => Files.CloseFrom(child, op),
        OpCode.Signals => Signals.Reset(child),
        OpCode.WorkingDirectory => Files.ChangeDirectory(child, child->At(op->WorkingDirectory.Path), op->WorkingDirectory.IsEarly),
        OpCode.OpenChildren => Reaper.OpenChildren(child),
        OpCode.Reaper => Reaper.Start(child, op),
        OpCode.FindProgram => Process.Find(child, op),
        OpCode.Exec => Process.Execute(child, op),
        _ => child->Fail(0, Errno.ENOSYS),
    };

    private static bool SetMemoryPolicy(Child* child, MemoryPolicyArguments* policy) =>
        child->Try(SYS_set_mempolicy, policy->Mode, (nint)child->At(policy->Nodes), policy->Bits);

    private static void AwaitParent(Child* child)
    {
        byte any;
        if (Sys.Call(SYS_read, child->Plan->ReportFd, (nint)(&any), 1) <= 0)
            Sys.Call(SYS_exit_group, 125);
    }

    private static long Now()
    {
        long* time = stackalloc long[2];
        Sys.Call(SYS_clock_gettime, CLOCK_MONOTONIC, (nint)time);
        return time[0] * 1_000_000_000 + time[1];
    }
}
