using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>What a process asks the kernel for its own sake.</summary>
public static unsafe class ThisProcess
{
    /// <summary>umask(2).</summary>
    public static void SetUmask(int mask) => syscall(SYS_umask, mask);

    /// <summary>How ps calls it, at most 15 bytes (PR_SET_NAME).</summary>
    public static void SetName(string name)
    {
        fixed (byte* text = KernelText.EncodeName(name)) syscall(SYS_prctl, sys_prctl.PR_SET_NAME, (nint)text, 0, 0);
    }

    /// <summary>Processes whose parent below us ends become our children (PR_SET_CHILD_SUBREAPER).</summary>
    public static void AdoptOrphans() => syscall(SYS_prctl, sys_prctl.PR_SET_CHILD_SUBREAPER, 1, 0, 0);

    /// <summary>Advice about a part of our memory (madvise(2)).</summary>
    public static void Advise(nint start, nint length, int advice) => sys_mman.madvise((void*)start, length, advice);
}
