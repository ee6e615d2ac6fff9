namespace Minirun.Linux.Tests;

/// <summary>Which C headers a class or structure of src/Linux stands for, and where its names differ from C's.</summary>
internal static class Headers
{
    /// <summary>
    /// One program a class, as the kernel's headers and glibc's cannot all be in one file: linux/mount.h and sys/mount.h, linux/fcntl.h and
    /// fcntl.h, asm/termbits.h and termios.h define the same things.
    /// </summary>
    public static readonly Dictionary<string, string[]> OfClass = new()
    {
        ["sched"] = ["sched.h", "linux/sched.h"],
        ["sys_mount"] = ["linux/mount.h", "linux/fcntl.h"],
        ["fcntl"] = ["fcntl.h", "linux/openat2.h"],
        ["capability"] = ["linux/capability.h"],
        ["sys_prctl"] = ["sys/prctl.h"],
        ["sys_resource"] = ["sys/resource.h"],
        ["sys_socket"] = ["sys/socket.h"],
        ["sys_stat"] = ["sys/stat.h"],
        ["sys_syscall"] = ["sys/syscall.h"],
        ["sys_vfs"] = ["sys/vfs.h", "sys/statvfs.h", "linux/magic.h"],
        ["sys_file"] = ["sys/file.h"],
        ["sys_mman"] = ["sys/mman.h"],
        ["signal"] = ["signal.h", "sys/signalfd.h"],
        ["unistd"] = ["unistd.h", "sys/wait.h"],
        ["poll"] = ["poll.h"],
        ["termios_"] = ["asm/termbits.h", "asm/ioctls.h"],
        ["Errno"] = ["errno.h"],
        ["keyctl"] = ["linux/keyctl.h"],
        ["landlock"] = ["linux/landlock.h"],
        ["seccomp"] = ["linux/seccomp.h"],
        ["bpf"] = ["linux/bpf.h"],
        ["sys_inotify"] = ["sys/inotify.h"],
        ["time"] = ["time.h"],
    };

    /// <summary>Constants whose header cannot be in one file with the others of the class.</summary>
    public static readonly Dictionary<string, string[]> OfConstant = new() { ["sys_mount.MNT_DETACH"] = ["sys/mount.h"] };

    public static readonly Dictionary<string, string[]> OfStructure = new()
    {
        ["clone_args"] = ["linux/sched.h"],
        ["mount_attr"] = ["linux/mount.h"],
        ["statx"] = ["linux/stat.h"],
        ["utsname"] = ["sys/utsname.h"],
        ["signalfd_siginfo"] = ["sys/signalfd.h"],
        ["termios"] = ["asm/termbits.h"],
        ["pollfd"] = ["poll.h"],
        ["flock"] = ["fcntl.h"],
        ["msghdr"] = ["sys/socket.h"],
        ["iovec"] = ["sys/uio.h"],
        ["statfs"] = ["sys/vfs.h"],
        ["timespec"] = ["time.h"],
        ["tm"] = ["time.h"],
        ["rusage"] = ["sys/resource.h"],
        ["ucred"] = ["sys/socket.h"],
    };

    /// <summary>
    /// Constants that headers as old as Debian 12's (Linux 6.1, glibc 2.36) may lack, as the kernel defines them since. Only these: a
    /// name that is neither in a header nor here fails the test.
    /// </summary>
    public static readonly Dictionary<string, string> Newer = new()
    {
        ["STATX_MNT_ID_UNIQUE"] = "0x00004000U",
        ["LSMT_ROOT"] = "0xffffffffffffffff",
        ["MNT_ID_REQ_SIZE_VER0"] = "24",
        ["SYS_listmount"] = "458",
    };

    /// <summary>Constants of ours alone, which no header has.</summary>
    public static readonly HashSet<string> Ours =
    [
        "capability.All", "cmsghdr_fd.Length", "fcntl.OpenAttempts", "KernelText.Mark", "DirectoryChain.MostOpen", "RegularFile.MostBytes",
        "RelayedSignals.Mask",
    ];

    /// <summary>Structures that no header has as such: checked by a test of their own.</summary>
    public static readonly HashSet<string> OurStructures = ["cmsghdr_fd"];

    /// <summary>A constant as C spells it.</summary>
    public static string InC(string name) => name == "LINUX_CAPABILITY_VERSION_3" ? "_" + name : name;
}
