using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan;

namespace Minirun.Runtime.Launch;

/// <summary>Turns the report of a failed operation into the one message that the user gets.</summary>
public static class Failure
{
    /// <summary>The error for a report. The child still waits, so that the container can be looked at.</summary>
    public static UserError Explain(ContainerPlan plan, Report report, int pid, Watcher? watcher)
    {
        Operation operation = plan.Operations[Math.Max(report.Op, 0)];
        UserError error = operation.Code switch
        {
            OpCode.Exec or OpCode.FindProgram => ExecFailure.Explain(plan, report, pid),
            OpCode.Hook => HookFailure.Explain(operation, report, pid),
            _ when DirectoryOnFile.Is(operation, report) =>
                DirectoryOnFile.Explain($"{Place(plan, operation, report)}cannot {Doing(operation)}", operation),
            _ => new UserError(
                $"{Place(plan, operation, report)}cannot {Doing(operation)}: {Rule(operation, report)}{sys_syscall.Name(report.Call)}: "
                    + $"{Errno.Describe(report.Errno)}",
                Hints.For(plan, operation, report.Errno)),
        };
        watcher?.Failed(report.Op, error.Message);
        return error;
    }

    /// <summary>What is said when an operation was done in its second-best way.</summary>
    public static string FallbackText(Operation operation) => operation.S1 is "cgroup2"
        ? $"cgroup2 on {operation.Path}: the kernel refuses a new one here, so the container's own directory {operation.S4} is bound "
            + $"instead"
        : $"{operation.S1} on {operation.Path}: the kernel refuses a new one here (a mount hides part of the caller's own; nested "
            + $"container?), so the caller's {operation.S4} is shown instead"
        + (operation.Place is not null
            ? ""
            : $"; --require {((string)operation.S1! == "proc" ? "procfs" : operation.S1)} makes this an error");

    /// <summary>Where in a bundle's document it was asked for.</summary>
    private static string Place(ContainerPlan plan, Operation operation, Report report)
    {
        string? place = operation.Place ?? (plan.Spec.FromBundle ? Field(operation) : null);
        return place is null ? "" : report.Call == sys_syscall.SYS_fsconfig ? place + ".options: " : place + ": ";
    }

    /// <summary>The field of the document that an operation with a value of its own comes from.</summary>
    private static string? Field(Operation operation) => operation.Code switch
    {
        OpCode.Identity => "process.user",
        OpCode.Rlimit => "process.rlimits",
        OpCode.Scheduler => "process.scheduler",
        OpCode.IoPriority => "process.ioPriority",
        OpCode.WorkingDirectory => "process.cwd",
        OpCode.Label when operation.Name == "apparmor" => "process.apparmorProfile",
        OpCode.MemoryPolicy => "linux.memoryPolicy",
        OpCode.Personality => "linux.personality",
        OpCode.TimeNamespace when operation.A != 0 => "linux.timeOffsets",
        OpCode.WriteProc when operation.Name.StartsWith("sysctl:", StringComparison.Ordinal) =>
            "linux.sysctl." + operation.Name["sysctl:".Length..],
        _ => null,
    };

    /// <summary>The words by which clients and test suites know the attack.</summary>
    private static string Rule(Operation operation, Report report) =>
        operation.Code == OpCode.MountFs && (operation.Flags & OpFlags.Ordinary) != 0 && report.Errno is Errno.ELOOP or Errno.ENOTDIR
            ? $"filesystem \"{operation.S1}\" must be mounted on ordinary directory: " : "";

    /// <summary>What is said when an operation that may fail (<see cref="OpFlags.Warn"/>) did.</summary>
    public static string WarningText(Operation operation, Report report) =>
        $"cannot {Doing(operation)}: {sys_syscall.Name(report.Call)}: {Errno.Describe(report.Errno)}; " + operation.Code switch
        {
            OpCode.Rlimit => "it is set as far as the caller's own hard limit goes",
            OpCode.Capabilities => "the process goes on with those that can be granted",
            _ => "the container goes on without",
        };

    private static string Doing(Operation operation) => operation.Code switch
    {
        OpCode.MountFs or OpCode.MountOverlay => $"mount {operation.S1} on {operation.Path}",
        OpCode.Bind when (operation.Flags & OpFlags.SourceInRoot) != 0 => $"make {operation.Path} read-only",
        OpCode.Copy => $"copy {operation.S1} to {operation.Path}",
        OpCode.Bind => $"mount {operation.S1} on {operation.Path}",
        OpCode.CgroupBind => $"mount the cgroup hierarchy {operation.S3} on {operation.Path}",
        OpCode.Remount or OpCode.MountAttributes => $"set the options of the mount on {operation.Path}",
        OpCode.Device => $"make the device {operation.Path}",
        OpCode.OpenDev => "open /dev of the root file system",
        OpCode.NullStdio => "reopen /dev/null inside the container",
        OpCode.MoveRoot => "enter the root file system without pivot_root",
        OpCode.RootAttributes => operation.C == 0 ? "make the root read-only" : "set the propagation of the root",
        OpCode.Mask => $"hide {operation.Path}",
        OpCode.BindRoot or OpCode.OverlayRoot or OpCode.OpenRoot => $"make a root of {operation.Path}",
        OpCode.Symlink => $"make the link {operation.Path}",
        OpCode.Propagation => "make mounts private",
        OpCode.PivotRoot => "enter the root file system",
        OpCode.CheckRoot => "prove that the host's file system is out of reach (check-root)",
        OpCode.WorkingDirectory => $"change to the working directory {operation.Path}",
        OpCode.Hostname => $"set the host name to {operation.S1}",
        OpCode.Domainname => $"set the domain name to {operation.S1}",
        OpCode.Identity => $"become user {operation.A}, group {operation.B}",
        OpCode.Affinity => $"run on processors {operation.Path}",
        OpCode.Rlimit => $"set the limit {operation.Name["ulimit:".Length..]}",
        OpCode.Chroot => "enter the root file system by chroot",
        OpCode.WriteFile => $"write {operation.S2} to {operation.S1}",
        OpCode.Nice => $"set the nice value {operation.A}",
        OpCode.Capabilities => "grant all of the capabilities",
        OpCode.OpenProc => "open a procfs",
        OpCode.WriteProc when operation.Name.StartsWith("sysctl:", StringComparison.Ordinal) =>
            $"set the kernel parameter {operation.Name["sysctl:".Length..]} to '{operation.Path}'",
        OpCode.WriteProc => $"write {operation.Path} to /proc/{operation.S1}",
        OpCode.Label when operation.Name == "apparmor" => $"apply the AppArmor profile '{operation.Path}'",
        OpCode.Label => $"set the SELinux label '{operation.Path}'",
        OpCode.TimeNamespace =>
            "make a time namespace" + (operation.A == 0 ? "" : $" with the offsets {operation.Path!.TrimEnd().Replace("\n", ", ")}"),
        OpCode.Scheduler => $"set the scheduling policy {operation.Path}",
        OpCode.IoPriority => $"set the I/O priority {operation.Path}",
        OpCode.MemoryPolicy => $"set the memory policy {operation.Path}",
        OpCode.Personality => $"set the personality {operation.Path}",
        _ when operation.Step == LaunchStep.Cgroup => "enter the container's cgroup",
        _ when operation.Step == LaunchStep.Join => $"join {operation.Path ?? "the namespaces of the container"}",
        _ when operation.Step == LaunchStep.OpenSource => $"open {operation.Path}, the source of a mount",
        _ when operation.Step == LaunchStep.EnterRootfs => $"enter the root file system {operation.Path}",
        _ => $"do '{operation.Name}'",
    };
}
