using Minirun.Linux;

namespace Minirun.Runtime.Lifecycle;

/// <summary>What to do when the kernel has no more of something to give.</summary>
public static class ResourceHints
{
    /// <summary>Null when that was not the reason.</summary>
    public static string? For(int errno) => errno switch
    {
        Errno.EMFILE => "the limit of open files is too low: `ulimit -n` shows it, and 64 are enough for a start",
        Errno.ENFILE => "the whole machine has no more open files: /proc/sys/fs/file-nr, /proc/sys/fs/file-max",
        Errno.EAGAIN => "no more processes may be made: see `ulimit -u`, and pids.max of the cgroup that you are in",
        Errno.ENOMEM => "there is not enough memory: see `ulimit -v`, memory.max of the cgroup that you are in, and `free`",
        Errno.ENOSPC or Errno.EDQUOT => "the disk is full: `df -h` shows it",
        _ => null,
    };
}
