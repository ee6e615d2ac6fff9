using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// What containers may call unless told otherwise: the same as in Docker's engine (moby/profiles, as of 2025), so that what runs there runs
/// here. All that is not named gets EPERM. Names of other architectures are left out by the compiler where they do not exist.
/// </summary>
public static class DefaultProfile
{
    // Flags of clone(2) that make namespaces.
    private const ulong CloneNamespaces = sched.CLONE_NEWNS | sched.CLONE_NEWCGROUP | sched.CLONE_NEWUTS | sched.CLONE_NEWIPC
        | sched.CLONE_NEWUSER | sched.CLONE_NEWPID | sched.CLONE_NEWNET;

    private const string Everybody =
        """
        accept accept4 access adjtimex alarm arch_prctl bind brk cachestat capget capset chdir chmod chown chown32 clock_adjtime
        clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close
        close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2
        epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate
        fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork
        fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue futex_time64
        futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32
        geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom
        getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32
        getxattr getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents
        io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset
        landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount listxattr listxattrat llistxattr _llseek lremovexattr
        lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat
        mlock mlock2 mlockall mmap mmap2 modify_ldt mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64
        mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap
        name_to_handle_at nanosleep newfstatat _newselect open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc
        pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease process_vm_readv
        process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recv recvfrom
        recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe
        rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
        sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam
        sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg
        sendmsg sendto set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups
        setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
        setrlimit setsid setsockopt setuid setuid32 setxattr setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4
        sigprocmask sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync
        sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
        timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill
        truncate truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4
        waitid waitpid write writev
        """;

    /// <summary>The capabilities that open something: one bit each of <see cref="s_byCapability"/>.</summary>
    public const ulong Matters = 0xc407ff0004;

    /// <summary>What a capability opens.</summary>
    private static readonly (string Capability, string Calls)[] s_byCapability =
    [
        ("CAP_DAC_READ_SEARCH", "open_by_handle_at"),
        ("CAP_SYS_ADMIN",
            "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules "
                + "lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname "
                    + "sethostname setns syslog umount umount2 unshare"),
        ("CAP_SYS_BOOT", "reboot"),
        ("CAP_SYS_CHROOT", "chroot"),
        ("CAP_SYS_MODULE", "delete_module finit_module init_module"),
        ("CAP_SYS_PACCT", "acct"),
        ("CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace"),
        ("CAP_SYS_RAWIO", "ioperm iopl"),
        ("CAP_SYS_TIME", "clock_settime clock_settime64 settimeofday stime"),
        ("CAP_SYS_TTY_CONFIG", "vhangup"),
        ("CAP_SYS_NICE", "get_mempolicy mbind set_mempolicy set_mempolicy_home_node"),
        ("CAP_SYSLOG", "syslog"),
        ("CAP_BPF", "bpf"),
        ("CAP_PERFMON", "perf_event_open"),
    ];

    /// <summary>The profile for a container that is granted these capabilities, on the processor that we run on.</summary>
    public static OciSeccomp For(ulong capabilities) => For(capabilities, SeccompArchitecture.Native);

    internal static OciSeccomp For(ulong capabilities, SeccompArchitecture native)
    {
        bool isArm = native == SeccompArchitecture.Aarch64;
        bool administrator = Has(capabilities, "CAP_SYS_ADMIN");
        var profile = new OciSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            DefaultErrnoRet = Errno.EPERM,
            Architectures = isArm ? ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"] : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        };
        Allow(profile, Everybody);
        if (isArm) Allow(profile, "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2");
        foreach (OciSeccompArg family in SocketFamilies()) Allow(profile, "socket", family);
        foreach (ulong persona in Personalities) Allow(profile, "personality", new OciSeccompArg { Value = persona, Op = "SCMP_CMP_EQ" });
        foreach ((string capability, string calls) in s_byCapability)
            if (Has(capabilities, capability)) Allow(profile, calls);
        if (administrator) return profile;
        Allow(profile, "clone", new OciSeccompArg { Value = CloneNamespaces, ValueTwo = 0, Op = "SCMP_CMP_MASKED_EQ" });
        // Its flags lie in memory, where no filter can look. libc falls back to clone when there is no clone3.
        profile.Syscalls.Add(new() { Names = ["clone3"], Action = "SCMP_ACT_ERRNO", ErrnoRet = Errno.ENOSYS });
        return profile;
    }

    /// <summary>Linux, Linux/32, both without and with UNAME26, and 0xffffffff, which asks what it is (personality(2)).</summary>
    private static ReadOnlySpan<ulong> Personalities => [0, 8, 0x20000, 0x20008, 0xffffffff];

    /// <summary>
    /// Address families of &lt;linux/socket.h&gt;. Left out: DECnet, AX.25's and the like that nobody uses, AF_ALG, AF_VSOCK, and what
    /// comes after AF_MCTP.
    /// </summary>
    private static IEnumerable<OciSeccompArg> SocketFamilies()
    {
        yield return new() { Value = 12, Op = "SCMP_CMP_LT" };
        foreach (ulong family in (ulong[])[13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44,
            45])
            yield return new() { Value = family, Op = "SCMP_CMP_EQ" };
    }

    private static void Allow(OciSeccomp profile, string calls, params OciSeccompArg[] args) =>
        profile.Syscalls.Add(new()
        {
            Names = [.. calls.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)],
            Action = "SCMP_ACT_ALLOW",
            Args = [.. args]
        });

    private static bool Has(ulong set, string name) => (set >> capability.Find(name) & 1) != 0;
}
