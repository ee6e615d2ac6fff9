using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan;

namespace Minirun.Runtime.Launch;

/// <summary>What to do about a failed operation, by what it was and why the kernel refused.</summary>
internal static class Hints
{
    public static string For(ContainerPlan plan, Operation operation, int errno) => (operation.Code, errno) switch
    {
        (OpCode.MountFs, Errno.EPERM)
            when operation.S1 is "proc"
                or "sysfs" => "a parent mount hides part of it (nested container?); leave --require away to show the caller's instead, "
                    + "or see `minirun doctor`",
        (OpCode.MountFs or OpCode.Bind, Errno.ELOOP or Errno.ENOTDIR) when (operation.Flags & OpFlags.Ordinary) != 0 =>
            $"{operation.Path} must be mounted on ordinary directory: in the root file system it is a symlink or a file",
        (OpCode.MountFs or OpCode.Bind, Errno.EPERM)
            when operation.Path is { } place && (operation.Flags & OpFlags.NotInProc) != 0 && !place.StartsWith("/proc")
                && plan.Spec.FromBundle =>
                    $"{place} leads into /proc, or the source's read-only, nosuid, nodev or noexec is locked and may not be cleared",
        (OpCode.Bind, Errno.EPERM) when (operation.Flags & OpFlags.SourceIsProc) != 0 =>
            "\"/proc\" cannot be mounted because it is not of type proc",
        (OpCode.Device, Errno.ENODEV) => "the host's node of that path is another device than the document says",
        (OpCode.Device, Errno.ENOENT) => "in a user namespace devices are bound from the host, which has none of that path",
        (OpCode.NullStdio, _) => "the container's /dev/null is invalid",
        (OpCode.MountFs or OpCode.Bind or OpCode.Mask, Errno.ENOTDIR) =>
            $"source and {operation.Path} in the root file system must both be directories, or both be files",
        (OpCode.MountFs or OpCode.Bind,
            Errno.EROFS
                or Errno.EACCES) => $"{operation.Path} is missing in the root file system and cannot be made there; make "
                    + $"it{(plan.Spec.FromBundle ? "" : ", or use --ephemeral")}",
        (OpCode.MountFs or OpCode.Bind, Errno.ELOOP) =>
            $"{operation.Path} leads through a symlink that ends nowhere inside the root file system",
        (OpCode.MountFs, Errno.EINVAL) => "the kernel does not take one of its options; `dmesg` may say which",
        (OpCode.MountFs, Errno.ENODEV) => "this kernel does not know the file system; `minirun doctor` lists what it has",
        (OpCode.OverlayRoot or OpCode.MountOverlay,
            Errno.EINVAL) => "something is mounted below the directory, which an overlay made in a user namespace may not uncover: as "
                + "root use --userns host, else take a copy",
        (OpCode.OverlayRoot or OpCode.MountOverlay, _) => "overlay in a user namespace needs Linux 5.11; `minirun doctor` tells",
        (OpCode.PivotRoot, Errno.EINVAL) =>
            "the new root is no mount point (was `root` left out?), or the caller's own root is the initial ramdisk",
        (OpCode.CheckRoot, Errno.EISDIR) =>
            "stdin, stdout or stderr is a directory of the host, whose \"..\" leads out: give a file, a pipe or /dev/null",
        (OpCode.CheckRoot, Errno.ESTALE) => "the working directory lies outside of the root",
        (OpCode.CheckRoot, Errno.EXDEV) =>
            "another mount lies on the root: does a volume's destination lead to \"/\", or the caller's own \"/\" have several mounts?",
        (OpCode.CheckRoot, Errno.EBUSY) =>
            "a mount of the host's is still there; nothing was executed. Please tell how it was started (docs/security.md)",
        (OpCode.Identity, Errno.EINVAL) => "an id is not in the map of the user namespace: see "
            + (plan.Spec.FromBundle ? "linux.uidMappings and gidMappings" : "--userns"),
        (OpCode.Chroot, Errno.EPERM) => "chroot needs CAP_SYS_CHROOT: a user namespace gives it (--ns user), or be root",
        (OpCode.WriteFile, Errno.EACCES or Errno.EPERM) => "a score below the caller's own needs CAP_SYS_RESOURCE on the host",
        (OpCode.Rlimit, Errno.EPERM) => "raising a hard limit needs CAP_SYS_RESOURCE on the host: ask for no more than `ulimit -H` shows",
        (OpCode.Label, Errno.ENOENT) => "no profile of this name is loaded: see `aa-status`, load it with `apparmor_parser -r FILE`",
        (OpCode.Label, Errno.EINVAL) => "the security module does not take it: is it enabled, and the name right?",
        (OpCode.Label, _) => "the caller's own profile or policy does not let it change to this one",
        (OpCode.WriteProc, Errno.ENOENT or Errno.ENOTDIR) when Is(operation, "sysctl:") =>
            "this kernel has no such parameter, or the module that brings it is not loaded",
        (OpCode.WriteProc, Errno.EINVAL or Errno.ERANGE) when Is(operation, "sysctl:") => "the kernel does not take this value",
        (OpCode.WriteProc, Errno.EXDEV or Errno.EROFS or Errno.EACCES or Errno.EPERM) when Is(operation, "sysctl:") =>
            "it may be set only by one who owns the namespace, and not where an outer container shows /proc/sys read-only",
        (OpCode.WriteProc, Errno.EACCES or Errno.EPERM) => "a score below the caller's own needs CAP_SYS_RESOURCE on the host",
        (OpCode.TimeNamespace, Errno.ERANGE) =>
            "no clock may start before zero, nor end soon: give a larger, or smaller, linux.timeOffsets",
        (OpCode.TimeNamespace, Errno.EINVAL or Errno.ENOSYS) => "time namespaces need Linux 5.6 with CONFIG_TIME_NS",
        (OpCode.Scheduler, Errno.EPERM) =>
            "a real-time policy, or a nice value below the caller's own, needs CAP_SYS_NICE on the host; SCHED_DEADLINE "
            + "also all processors of the caller's cpuset; in a cgroup of version 1 a real-time one may need "
                + "linux.resources.cpu.realtimeRuntime",
        (OpCode.Scheduler,
            Errno.EINVAL) => "the kernel does not take this combination: see sched_setattr(2); priority is 1 to 99 for SCHED_FIFO and "
                + "SCHED_RR, runtime <= deadline <= period for SCHED_DEADLINE",
        (OpCode.Scheduler, Errno.EBUSY) => "there is not so much processor time left for SCHED_DEADLINE",
        (OpCode.IoPriority, Errno.EPERM) => "IOPRIO_CLASS_RT needs CAP_SYS_ADMIN or CAP_SYS_NICE on the host",
        (OpCode.MemoryPolicy, Errno.EINVAL) =>
            "are the memory nodes there (see /sys/devices/system/node/online), and does the mode go with them (set_mempolicy(2))?",
        (OpCode.Nice, Errno.EACCES or Errno.EPERM) => "a nice value below the caller's own needs CAP_SYS_NICE on the host",
        (OpCode.Affinity, Errno.EINVAL) => "none of these processors is there, or allowed: see `nproc` and /proc/self/status",
        (OpCode.WorkingDirectory, Errno.ENOENT) => "make the directory in the root file system, or give another with --workdir",
        (OpCode.WorkingDirectory, Errno.ENOTDIR) =>
            "it is a file, or lies below one: give a directory" + (plan.Spec.FromBundle ? "" : " with --workdir"),
        (OpCode.WorkingDirectory, Errno.EACCES) => "the user may not enter it, or it lies outside the root file system",
        (_, Errno.ENOENT) when operation.Step == LaunchStep.EnterRootfs => "the directory vanished",
        (_, Errno.EACCES) when operation.Step == LaunchStep.EnterRootfs =>
            "a directory on the way may not be searched by you: see `namei -l` of the path",
        (OpCode.Seccomp,
            Errno.EINVAL) => "this kernel has no seccomp filters, or does not know a flag or action of the profile: see `minirun "
                + "doctor`; --security-opt seccomp=unconfined goes without",
        (OpCode.Seccomp, Errno.EACCES) => "without no_new_privs a filter takes CAP_SYS_ADMIN in the container's user namespace",
        (OpCode.Seccomp, Errno.EBUSY) => "a filter that is there already notifies an agent, and the kernel takes one such filter only",
        (_, Errno.EMFILE or Errno.ENFILE or Errno.EAGAIN or Errno.ENOMEM) => ResourceHints.For(errno)!,
        (_, Errno.ENOSYS) => "this kernel is too old, or a seccomp filter of an outer container hides the call; `minirun doctor` tells",
        (_, Errno.EPERM) => "`minirun doctor` checks what this machine allows",
        _ when plan.Spec.FromBundle => $"look at {operation.Place ?? operation.Path ?? "config.json"} of the bundle, and at `dmesg`",
        _ => $"`minirun run --explain …` shows how far it got; `minirun run --without {operation.Name} …` leaves this step out",
    };

    private static bool Is(Operation operation, string prefix) => operation.Name.StartsWith(prefix, StringComparison.Ordinal);
}
