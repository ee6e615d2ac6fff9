using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>
/// System call numbers of &lt;asm/unistd_64.h&gt; (x86-64) and syscall(2) itself, for calls that glibc 2.36 does not wrap.
/// Numbers from 424 on are the same on every architecture.
/// </summary>
public static partial class sys_syscall
{
    public const int SYS_read = 0;
    public const int SYS_write = 1;
    public const int SYS_open = 2;
    public const int SYS_close = 3;
    public const int SYS_poll = 7;
    public const int SYS_mmap = 9;
    public const int SYS_rt_sigaction = 13;
    public const int SYS_rt_sigprocmask = 14;
    public const int SYS_ioctl = 16;
    public const int SYS_pread64 = 17;
    public const int SYS_getpid = 39;
    public const int SYS_sendmsg = 46;
    public const int SYS_socket = 41;
    public const int SYS_sendto = 44;
    public const int SYS_recvfrom = 45;
    public const int SYS_clone = 56;
    public const int SYS_execve = 59;
    public const int SYS_wait4 = 61;
    public const int SYS_kill = 62;
    public const int SYS_fcntl = 72;
    public const int SYS_connect = 42;
    public const int SYS_bind = 49;
    public const int SYS_listen = 50;
    public const int SYS_getcwd = 79;
    public const int SYS_chdir = 80;
    public const int SYS_fchdir = 81;
    public const int SYS_fchmod = 91;
    public const int SYS_umask = 95;
    public const int SYS_getuid = 102;
    public const int SYS_getgid = 104;
    public const int SYS_setpgid = 109;
    public const int SYS_setsid = 112;
    public const int SYS_setgroups = 116;
    public const int SYS_setresuid = 117;
    public const int SYS_setresgid = 119;
    public const int SYS_capget = 125;
    public const int SYS_capset = 126;
    public const int SYS_rt_sigtimedwait = 128;
    public const int SYS_setpriority = 141;
    public const int SYS_fstatfs = 138;
    public const int SYS_pivot_root = 155;
    public const int SYS_prctl = 157;
    public const int SYS_chroot = 161;
    public const int SYS_mount = 165;
    public const int SYS_umount2 = 166;
    public const int SYS_sethostname = 170;
    public const int SYS_setdomainname = 171;
    public const int SYS_setxattr = 188;
    public const int SYS_sched_setaffinity = 203;
    public const int SYS_clock_gettime = 228;
    public const int SYS_exit_group = 231;
    public const int SYS_keyctl = 250;
    public const int SYS_inotify_add_watch = 254;
    public const int SYS_openat = 257;
    public const int SYS_mkdirat = 258;
    public const int SYS_newfstatat = 262;
    public const int SYS_symlinkat = 266;
    public const int SYS_readlinkat = 267;
    public const int SYS_signalfd4 = 289;
    public const int SYS_unshare = 272;
    public const int SYS_accept4 = 288;
    public const int SYS_dup3 = 292;
    public const int SYS_inotify_init1 = 294;
    public const int SYS_prlimit64 = 302;
    public const int SYS_setns = 308;
    public const int SYS_seccomp = 317;
    public const int SYS_execveat = 322;
    public const int SYS_getrandom = 318;
    public const int SYS_statx = 332;
    public const int SYS_pidfd_send_signal = 424;
    public const int SYS_open_tree = 428;
    public const int SYS_move_mount = 429;
    public const int SYS_fsopen = 430;
    public const int SYS_fsconfig = 431;
    public const int SYS_fsmount = 432;
    public const int SYS_pidfd_open = 434;
    public const int SYS_clone3 = 435;
    public const int SYS_close_range = 436;
    public const int SYS_openat2 = 437;
    public const int SYS_faccessat2 = 439;
    public const int SYS_mount_setattr = 442;
    public const int SYS_landlock_create_ruleset = 444;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0);

    /// <summary>The name of a call as strace(1) prints it; <c>syscall_N</c> for one that is not in the list.</summary>
    public static string Name(int number) => number switch
    {
        SYS_read => "read",
        SYS_write => "write",
        SYS_open => "open",
        SYS_close => "close",
        SYS_mmap => "mmap",
        SYS_rt_sigaction => "rt_sigaction",
        SYS_rt_sigprocmask => "rt_sigprocmask",
        SYS_ioctl => "ioctl",
        SYS_pread64 => "pread64",
        SYS_sendmsg => "sendmsg",
        SYS_socket => "socket",
        SYS_clone => "clone",
        SYS_execve => "execve",
        SYS_fcntl => "fcntl",
        SYS_getcwd => "getcwd",
        SYS_chdir => "chdir",
        SYS_fchdir => "fchdir",
        SYS_fchmod => "fchmod",
        SYS_umask => "umask",
        SYS_setsid => "setsid",
        SYS_setgroups => "setgroups",
        SYS_setresuid => "setresuid",
        SYS_setresgid => "setresgid",
        SYS_capset => "capset",
        SYS_setpriority => "setpriority",
        SYS_pivot_root => "pivot_root",
        SYS_prctl => "prctl",
        SYS_chroot => "chroot",
        SYS_mount => "mount",
        SYS_umount2 => "umount2",
        SYS_sethostname => "sethostname",
        SYS_setdomainname => "setdomainname",
        SYS_sched_setaffinity => "sched_setaffinity",
        SYS_keyctl => "keyctl",
        SYS_openat => "openat",
        SYS_mkdirat => "mkdirat",
        SYS_newfstatat => "newfstatat",
        SYS_symlinkat => "symlinkat",
        SYS_readlinkat => "readlinkat",
        SYS_dup3 => "dup3",
        SYS_prlimit64 => "prlimit64",
        SYS_setns => "setns",
        SYS_unshare => "unshare",
        SYS_accept4 => "accept4",
        SYS_seccomp => "seccomp",
        SYS_execveat => "execveat",
        SYS_statx => "statx",
        SYS_open_tree => "open_tree",
        SYS_move_mount => "move_mount",
        SYS_fsopen => "fsopen",
        SYS_fsconfig => "fsconfig",
        SYS_fsmount => "fsmount",
        SYS_clone3 => "clone3",
        SYS_close_range => "close_range",
        SYS_openat2 => "openat2",
        SYS_mount_setattr => "mount_setattr",
        SYS_pidfd_open => "pidfd_open",
        SYS_getpid => "getpid",
        SYS_wait4 => "wait4",
        SYS_setxattr => "setxattr",
        SYS_poll => "poll",
        SYS_sendto => "sendto",
        SYS_recvfrom => "recvfrom",
        SYS_kill => "kill",
        SYS_getuid => "getuid",
        SYS_getgid => "getgid",
        SYS_setpgid => "setpgid",
        SYS_capget => "capget",
        SYS_rt_sigtimedwait => "rt_sigtimedwait",
        SYS_clock_gettime => "clock_gettime",
        SYS_exit_group => "exit_group",
        SYS_signalfd4 => "signalfd4",
        SYS_getrandom => "getrandom",
        SYS_pidfd_send_signal => "pidfd_send_signal",
        SYS_landlock_create_ruleset => "landlock_create_ruleset",
        _ => "syscall_" + number,
    };
}
