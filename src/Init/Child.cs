using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Init;

/// <summary>What fork-news knows while it carries out a plan: descriptors it holds, and why the last call failed.</summary>
internal unsafe struct Child
{
    public PlanHeader* Plan;

    /// <summary>The top mount of the container's root, or -1.</summary>
    public int Root;

    /// <summary>The mount that the root file system was taken from, where the root is to follow it as a slave; or -1.</summary>
    public int Origin;

    /// <summary>The root may be bound again (<see cref="RootMount.Settle"/>).</summary>
    public bool IsSettled;

    /// <summary>The root that we leave, from before that until it is known to be gone; or -1.</summary>
    public int OldRoot;
    public ulong OldRootId;

    /// <summary>The container's new /dev, or -1.</summary>
    public int Dev;

    /// <summary>The container's new devpts, or -1.</summary>
    public int Pts;

    /// <summary>A read-only mount of /dev/null, cloned over files that are hidden, or -1.</summary>
    public int Null;

    /// <summary>An empty directory that nobody can write into, cloned over what is hidden, or -1.</summary>
    public int Empty;

    /// <summary>That one is hidden already: of a read-only mount, and so are its clones.</summary>
    public bool EmptyIsHidden;

    /// <summary>The container's new /proc, while nothing can have been mounted on it; or -1 (<see cref="Init.OwnProc"/>).</summary>
    public int OwnProc;

    /// <summary>A procfs that nobody else mounts anything in, or -1.</summary>
    public int Proc;

    /// <summary>The list of our children (proc_tid_children(5)), or -1.</summary>
    public int Children;

    /// <summary>What a hook that failed wrote to stdout and stderr: the parent reads it through our /proc/PID/fd.</summary>
    public int Output;
    public int ErrorOutput;
    /// <summary>Something may be made in the root: it seems to have the program (<see cref="Rootfs"/>).</summary>
    public bool MayMake;

    /// <summary>The working directory is known to be the root (<see cref="RootCheck"/>).</summary>
    public bool IsAtRoot;

    /// <summary>The working directory is the wanted one already.</summary>
    public bool InDirectory;
    public int Errno;
    public int FailedCall;
    public ReportKind Outcome;

    /// <summary>A bit for each descriptor that nobody needs any more (<see cref="CloseSoon"/>).</summary>
    private ulong _left;

    public byte* At(PlanText text) => At(text.Offset);

    public byte* At(PlanBytes bytes) => At(bytes.Offset);

    private byte* At(int offset) => offset == 0 ? null : (byte*)Plan + offset;

    /// <summary>An array of offsets as one of pointers, which it becomes in place.</summary>
    public byte** At(PlanArray array)
    {
        long* pointers = (long*)At(array.Offset);
        for (long* item = pointers; *item != 0; item++) *item += (long)Plan;
        return (byte**)pointers;
    }

    /// <summary>A system call that remembers its number and errno when it fails.</summary>
    public nint Call(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0)
    {
        nint result = Sys.Call(number, a, b, c, d, e);
        if (result < 0)
        {
            Errno = *Sys.ErrnoLocation();
            FailedCall = number;
            // fsmount(2) cannot be asked twice: see FileSystems.
            if (Errno == Minirun.Linux.Errno.EMFILE && number != SYS_fsmount && CloseLeft()) return Call(number, a, b, c, d, e);
        }
        return result;
    }

    public bool Try(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) => Call(number, a, b, c, d, e) >= 0;

    /// <summary>
    /// openat2(2), tried again while it says EAGAIN: with RESOLVE_IN_ROOT or RESOLVE_BENEATH any rename or mount on the machine makes it do
    /// so when the path has a ".." in it, because the kernel cannot rule out that the path led out. The only place that makes the call.
    /// </summary>
    public nint OpenAt2(nint from, byte* path, ulong flags, ulong resolve)
    {
        open_how how;
        how.flags = flags | fcntl.O_CLOEXEC;
        how.mode = 0;
        how.resolve = resolve;
        nint fd;
        int attempt = 0;
        do fd = Call(SYS_openat2, from, (nint)path, (nint)(&how), sizeof(open_how));
        while (fd < 0 && Errno == Minirun.Linux.Errno.EAGAIN && ++attempt < fcntl.OpenAttempts);
        return fd;
    }

    public bool Fail(int number, int errno)
    {
        Errno = errno;
        FailedCall = number;
        return false;
    }

    /// <summary>
    /// Of what mounts needed on their way: the next such call takes a new number, and one close_range(2) ends a row of them. Nobody but us
    /// is here meanwhile: before anything is entered, run, told or waited for, <see cref="CloseLeft"/> has been here.
    /// </summary>
    public void CloseSoon(nint fd)
    {
        const int most = 24;   // each is memory of the container's
        if (fd is >= 0 and < 64) _left |= 1UL << (int)fd;
        else Close(fd);
        if (fd >= most) CloseLeft();
    }

    /// <summary>Whether there was any.</summary>
    public bool CloseLeft()
    {
        bool any = _left != 0;
        for (int first = 0; _left != 0; first++)
        {
            int end = first;
            while (end < 64 && (_left >> end & 1) != 0) _left &= ~(1UL << end++);
            if (end > first) Sys.Call(SYS_close_range, first, end - 1, 0);
            first = end;
        }
        return any;
    }

    public static void Close(nint fd)
    {
        if (fd >= 0) Sys.Call(SYS_close, fd);
    }
}
