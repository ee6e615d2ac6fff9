using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>
/// Numbers of system calls from &lt;asm/unistd.h&gt;, for x86-64 and arm64, and syscall(2) itself, for calls that glibc 2.36 does not wrap.
/// This file is generated: sys_syscall.sh writes it from the kernel's headers, and adds the calls that it is given.
/// </summary>
public static unsafe class sys_syscall
{
    public static int SYS_accept4 => Processor.Pick(x64: 288, arm64: 242);
    public static int SYS_bind => Processor.Pick(x64: 49, arm64: 200);
    public static int SYS_bpf => Processor.Pick(x64: 321, arm64: 280);
    public static int SYS_brk => Processor.Pick(x64: 12, arm64: 214);
    public static int SYS_capget => Processor.Pick(x64: 125, arm64: 90);
    public static int SYS_capset => Processor.Pick(x64: 126, arm64: 91);
    public static int SYS_chdir => Processor.Pick(x64: 80, arm64: 49);
    public static int SYS_chroot => Processor.Pick(x64: 161, arm64: 51);
    public static int SYS_clock_gettime => Processor.Pick(x64: 228, arm64: 113);
    public static int SYS_clone => Processor.Pick(x64: 56, arm64: 220);
    public const int SYS_clone3 = 435;
    public static int SYS_close => Processor.Pick(x64: 3, arm64: 57);
    public const int SYS_close_range = 436;
    public static int SYS_connect => Processor.Pick(x64: 42, arm64: 203);
    public static int SYS_dup3 => Processor.Pick(x64: 292, arm64: 24);
    public static int SYS_eventfd2 => Processor.Pick(x64: 290, arm64: 19);
    public static int SYS_execve => Processor.Pick(x64: 59, arm64: 221);
    public static int SYS_execveat => Processor.Pick(x64: 322, arm64: 281);
    public static int SYS_exit => Processor.Pick(x64: 60, arm64: 93);
    public static int SYS_exit_group => Processor.Pick(x64: 231, arm64: 94);
    public const int SYS_faccessat2 = 439;
    public static int SYS_fchdir => Processor.Pick(x64: 81, arm64: 50);
    public static int SYS_fchmod => Processor.Pick(x64: 91, arm64: 52);
    public static int SYS_fchmodat => Processor.Pick(x64: 268, arm64: 53);
    public static int SYS_fchownat => Processor.Pick(x64: 260, arm64: 54);
    public static int SYS_fcntl => Processor.Pick(x64: 72, arm64: 25);
    public const int SYS_fsconfig = 431;
    public const int SYS_fsmount = 432;
    public const int SYS_fsopen = 430;
    public static int SYS_fstatfs => Processor.Pick(x64: 138, arm64: 44);
    public static int SYS_ftruncate => Processor.Pick(x64: 77, arm64: 46);
    public static int SYS_getcwd => Processor.Pick(x64: 79, arm64: 17);
    public static int SYS_getdents64 => Processor.Pick(x64: 217, arm64: 61);
    public static int SYS_getgid => Processor.Pick(x64: 104, arm64: 176);
    public static int SYS_getpid => Processor.Pick(x64: 39, arm64: 172);
    public static int SYS_getrandom => Processor.Pick(x64: 318, arm64: 278);
    public static int SYS_getsockname => Processor.Pick(x64: 51, arm64: 204);
    public static int SYS_getuid => Processor.Pick(x64: 102, arm64: 174);
    public static int SYS_inotify_add_watch => Processor.Pick(x64: 254, arm64: 27);
    public static int SYS_inotify_init1 => Processor.Pick(x64: 294, arm64: 26);
    public static int SYS_ioctl => Processor.Pick(x64: 16, arm64: 29);
    public static int SYS_ioprio_set => Processor.Pick(x64: 251, arm64: 30);
    public static int SYS_keyctl => Processor.Pick(x64: 250, arm64: 219);
    public static int SYS_kill => Processor.Pick(x64: 62, arm64: 129);
    public const int SYS_landlock_create_ruleset = 444;
    public static int SYS_linkat => Processor.Pick(x64: 265, arm64: 37);
    public static int SYS_listen => Processor.Pick(x64: 50, arm64: 201);
    public const int SYS_listmount = 458;
    public static int SYS_lseek => Processor.Pick(x64: 8, arm64: 62);
    public static int SYS_memfd_create => Processor.Pick(x64: 319, arm64: 279);
    public static int SYS_mkdirat => Processor.Pick(x64: 258, arm64: 34);
    public static int SYS_mknodat => Processor.Pick(x64: 259, arm64: 33);
    public static int SYS_mmap => Processor.Pick(x64: 9, arm64: 222);
    public static int SYS_mount => Processor.Pick(x64: 165, arm64: 40);
    public const int SYS_mount_setattr = 442;
    public const int SYS_move_mount = 429;
    public static int SYS_munmap => Processor.Pick(x64: 11, arm64: 215);
    public const int SYS_open_tree = 428;
    public static int SYS_openat => Processor.Pick(x64: 257, arm64: 56);
    public const int SYS_openat2 = 437;
    public static int SYS_personality => Processor.Pick(x64: 135, arm64: 92);
    public const int SYS_pidfd_open = 434;
    public const int SYS_pidfd_send_signal = 424;
    public static int SYS_pivot_root => Processor.Pick(x64: 155, arm64: 41);
    public static int SYS_ppoll => Processor.Pick(x64: 271, arm64: 73);
    public static int SYS_prctl => Processor.Pick(x64: 157, arm64: 167);
    public static int SYS_pread64 => Processor.Pick(x64: 17, arm64: 67);
    public static int SYS_prlimit64 => Processor.Pick(x64: 302, arm64: 261);
    public static int SYS_pwrite64 => Processor.Pick(x64: 18, arm64: 68);
    public static int SYS_read => Processor.Pick(x64: 0, arm64: 63);
    public static int SYS_readlinkat => Processor.Pick(x64: 267, arm64: 78);
    public static int SYS_recvfrom => Processor.Pick(x64: 45, arm64: 207);
    public static int SYS_rt_sigaction => Processor.Pick(x64: 13, arm64: 134);
    public static int SYS_rt_sigpending => Processor.Pick(x64: 127, arm64: 136);
    public static int SYS_rt_sigprocmask => Processor.Pick(x64: 14, arm64: 135);
    public static int SYS_rt_sigtimedwait => Processor.Pick(x64: 128, arm64: 137);
    public static int SYS_sched_getaffinity => Processor.Pick(x64: 204, arm64: 123);
    public static int SYS_sched_setaffinity => Processor.Pick(x64: 203, arm64: 122);
    public static int SYS_sched_setattr => Processor.Pick(x64: 314, arm64: 274);
    public static int SYS_sched_yield => Processor.Pick(x64: 24, arm64: 124);
    public static int SYS_seccomp => Processor.Pick(x64: 317, arm64: 277);
    public static int SYS_sendfile => Processor.Pick(x64: 40, arm64: 71);
    public static int SYS_sendmsg => Processor.Pick(x64: 46, arm64: 211);
    public static int SYS_sendto => Processor.Pick(x64: 44, arm64: 206);
    public static int SYS_set_mempolicy => Processor.Pick(x64: 238, arm64: 237);
    public static int SYS_setdomainname => Processor.Pick(x64: 171, arm64: 162);
    public static int SYS_setfsgid => Processor.Pick(x64: 123, arm64: 152);
    public static int SYS_setfsuid => Processor.Pick(x64: 122, arm64: 151);
    public static int SYS_setgroups => Processor.Pick(x64: 116, arm64: 159);
    public static int SYS_sethostname => Processor.Pick(x64: 170, arm64: 161);
    public static int SYS_setns => Processor.Pick(x64: 308, arm64: 268);
    public static int SYS_setpgid => Processor.Pick(x64: 109, arm64: 154);
    public static int SYS_setpriority => Processor.Pick(x64: 141, arm64: 140);
    public static int SYS_setresgid => Processor.Pick(x64: 119, arm64: 149);
    public static int SYS_setresuid => Processor.Pick(x64: 117, arm64: 147);
    public static int SYS_setsid => Processor.Pick(x64: 112, arm64: 157);
    public static int SYS_setsockopt => Processor.Pick(x64: 54, arm64: 208);
    public static int SYS_setxattr => Processor.Pick(x64: 188, arm64: 5);
    public static int SYS_signalfd4 => Processor.Pick(x64: 289, arm64: 74);
    public static int SYS_socket => Processor.Pick(x64: 41, arm64: 198);
    public static int SYS_statx => Processor.Pick(x64: 332, arm64: 291);
    public static int SYS_symlinkat => Processor.Pick(x64: 266, arm64: 36);
    public static int SYS_umask => Processor.Pick(x64: 95, arm64: 166);
    public static int SYS_umount2 => Processor.Pick(x64: 166, arm64: 39);
    public static int SYS_uname => Processor.Pick(x64: 63, arm64: 160);
    public static int SYS_unlinkat => Processor.Pick(x64: 263, arm64: 35);
    public static int SYS_unshare => Processor.Pick(x64: 272, arm64: 97);
    public static int SYS_utimensat => Processor.Pick(x64: 280, arm64: 88);
    public static int SYS_wait4 => Processor.Pick(x64: 61, arm64: 260);
    public static int SYS_write => Processor.Pick(x64: 1, arm64: 64);

    public static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        (nint)(long)(ssize_t)LibC.syscall((void*)number, (void*)a, (void*)b, (void*)c, (void*)d, (void*)e, (void*)f);

    /// <summary>The name of a call as strace(1) prints it; <c>syscall_N</c> for one that is not in the list.</summary>
    public static string Name(int number) => number switch
    {
        _ when number == SYS_accept4 => "accept4",
        _ when number == SYS_bind => "bind",
        _ when number == SYS_bpf => "bpf",
        _ when number == SYS_brk => "brk",
        _ when number == SYS_capget => "capget",
        _ when number == SYS_capset => "capset",
        _ when number == SYS_chdir => "chdir",
        _ when number == SYS_chroot => "chroot",
        _ when number == SYS_clock_gettime => "clock_gettime",
        _ when number == SYS_clone => "clone",
        _ when number == SYS_clone3 => "clone3",
        _ when number == SYS_close => "close",
        _ when number == SYS_close_range => "close_range",
        _ when number == SYS_connect => "connect",
        _ when number == SYS_dup3 => "dup3",
        _ when number == SYS_eventfd2 => "eventfd2",
        _ when number == SYS_execve => "execve",
        _ when number == SYS_execveat => "execveat",
        _ when number == SYS_exit => "exit",
        _ when number == SYS_exit_group => "exit_group",
        _ when number == SYS_faccessat2 => "faccessat2",
        _ when number == SYS_fchdir => "fchdir",
        _ when number == SYS_fchmod => "fchmod",
        _ when number == SYS_fchmodat => "fchmodat",
        _ when number == SYS_fchownat => "fchownat",
        _ when number == SYS_fcntl => "fcntl",
        _ when number == SYS_fsconfig => "fsconfig",
        _ when number == SYS_fsmount => "fsmount",
        _ when number == SYS_fsopen => "fsopen",
        _ when number == SYS_fstatfs => "fstatfs",
        _ when number == SYS_ftruncate => "ftruncate",
        _ when number == SYS_getcwd => "getcwd",
        _ when number == SYS_getdents64 => "getdents64",
        _ when number == SYS_getgid => "getgid",
        _ when number == SYS_getpid => "getpid",
        _ when number == SYS_getrandom => "getrandom",
        _ when number == SYS_getsockname => "getsockname",
        _ when number == SYS_getuid => "getuid",
        _ when number == SYS_inotify_add_watch => "inotify_add_watch",
        _ when number == SYS_inotify_init1 => "inotify_init1",
        _ when number == SYS_ioctl => "ioctl",
        _ when number == SYS_ioprio_set => "ioprio_set",
        _ when number == SYS_keyctl => "keyctl",
        _ when number == SYS_kill => "kill",
        _ when number == SYS_landlock_create_ruleset => "landlock_create_ruleset",
        _ when number == SYS_linkat => "linkat",
        _ when number == SYS_listen => "listen",
        _ when number == SYS_listmount => "listmount",
        _ when number == SYS_lseek => "lseek",
        _ when number == SYS_memfd_create => "memfd_create",
        _ when number == SYS_mkdirat => "mkdirat",
        _ when number == SYS_mknodat => "mknodat",
        _ when number == SYS_mmap => "mmap",
        _ when number == SYS_mount => "mount",
        _ when number == SYS_mount_setattr => "mount_setattr",
        _ when number == SYS_move_mount => "move_mount",
        _ when number == SYS_munmap => "munmap",
        _ when number == SYS_open_tree => "open_tree",
        _ when number == SYS_openat => "openat",
        _ when number == SYS_openat2 => "openat2",
        _ when number == SYS_personality => "personality",
        _ when number == SYS_pidfd_open => "pidfd_open",
        _ when number == SYS_pidfd_send_signal => "pidfd_send_signal",
        _ when number == SYS_pivot_root => "pivot_root",
        _ when number == SYS_ppoll => "ppoll",
        _ when number == SYS_prctl => "prctl",
        _ when number == SYS_pread64 => "pread64",
        _ when number == SYS_prlimit64 => "prlimit64",
        _ when number == SYS_pwrite64 => "pwrite64",
        _ when number == SYS_read => "read",
        _ when number == SYS_readlinkat => "readlinkat",
        _ when number == SYS_recvfrom => "recvfrom",
        _ when number == SYS_rt_sigaction => "rt_sigaction",
        _ when number == SYS_rt_sigpending => "rt_sigpending",
        _ when number == SYS_rt_sigprocmask => "rt_sigprocmask",
        _ when number == SYS_rt_sigtimedwait => "rt_sigtimedwait",
        _ when number == SYS_sched_getaffinity => "sched_getaffinity",
        _ when number == SYS_sched_setaffinity => "sched_setaffinity",
        _ when number == SYS_sched_setattr => "sched_setattr",
        _ when number == SYS_sched_yield => "sched_yield",
        _ when number == SYS_seccomp => "seccomp",
        _ when number == SYS_sendfile => "sendfile",
        _ when number == SYS_sendmsg => "sendmsg",
        _ when number == SYS_sendto => "sendto",
        _ when number == SYS_set_mempolicy => "set_mempolicy",
        _ when number == SYS_setdomainname => "setdomainname",
        _ when number == SYS_setfsgid => "setfsgid",
        _ when number == SYS_setfsuid => "setfsuid",
        _ when number == SYS_setgroups => "setgroups",
        _ when number == SYS_sethostname => "sethostname",
        _ when number == SYS_setns => "setns",
        _ when number == SYS_setpgid => "setpgid",
        _ when number == SYS_setpriority => "setpriority",
        _ when number == SYS_setresgid => "setresgid",
        _ when number == SYS_setresuid => "setresuid",
        _ when number == SYS_setsid => "setsid",
        _ when number == SYS_setsockopt => "setsockopt",
        _ when number == SYS_setxattr => "setxattr",
        _ when number == SYS_signalfd4 => "signalfd4",
        _ when number == SYS_socket => "socket",
        _ when number == SYS_statx => "statx",
        _ when number == SYS_symlinkat => "symlinkat",
        _ when number == SYS_umask => "umask",
        _ when number == SYS_umount2 => "umount2",
        _ when number == SYS_uname => "uname",
        _ when number == SYS_unlinkat => "unlinkat",
        _ when number == SYS_unshare => "unshare",
        _ when number == SYS_utimensat => "utimensat",
        _ when number == SYS_wait4 => "wait4",
        _ when number == SYS_write => "write",
        _ => "syscall_" + number,
    };
}
