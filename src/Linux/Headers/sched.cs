using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>Constants of &lt;sched.h&gt; and &lt;linux/sched.h&gt;: clone3(2), setns(2), namespaces(7).</summary>
public static unsafe class sched
{
    public const ulong CLONE_VM = 0x00000100;
    public const ulong CLONE_FS = 0x00000200;
    public const ulong CLONE_FILES = 0x00000400;
    public const ulong CLONE_SIGHAND = 0x00000800;
    public const ulong CLONE_PIDFD = 0x00001000;
    public const ulong CLONE_VFORK = 0x00004000;
    public const ulong CLONE_PARENT = 0x00008000;
    public const ulong CLONE_THREAD = 0x00010000;
    public const ulong CLONE_SYSVSEM = 0x00040000;
    public const ulong CLONE_PARENT_SETTID = 0x00100000;
    public const ulong CLONE_CHILD_SETTID = 0x01000000;
    public const ulong CLONE_NEWTIME = 0x00000080;
    public const ulong CLONE_NEWNS = 0x00020000;
    public const ulong CLONE_NEWCGROUP = 0x02000000;
    public const ulong CLONE_NEWUTS = 0x04000000;
    public const ulong CLONE_NEWIPC = 0x08000000;
    public const ulong CLONE_NEWUSER = 0x10000000;
    public const ulong CLONE_NEWPID = 0x20000000;
    public const ulong CLONE_NEWNET = 0x40000000;
    public const ulong CLONE_INTO_CGROUP = 0x200000000;

    /// <summary>
    /// glibc's wrapper of clone(2): the child runs <paramref name="function"/> on a stack of its own. With CLONE_PIDFD the fifth argument
    /// takes the descriptor.
    /// </summary>
    public static int clone(nint function, void* stack, int flags, void* argument, int* pidfd, void* tls, int* childTid) =>
        LibC.clone((void*)function, stack, flags, argument, (pid_t*)pidfd, tls, (pid_t*)childTid);
}

/// <summary>struct clone_args of &lt;linux/sched.h&gt;, in the size that has the cgroup member (CLONE_ARGS_SIZE_VER2).</summary>
public struct clone_args
{
    public ulong flags;
    public ulong pidfd;
    public ulong child_tid;
    public ulong parent_tid;
    public ulong exit_signal;
    public ulong stack;
    public ulong stack_size;
    public ulong tls;
    public ulong set_tid;
    public ulong set_tid_size;
    public ulong cgroup;
}
