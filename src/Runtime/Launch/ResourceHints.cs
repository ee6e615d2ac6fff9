using Minirun.Linux;

namespace Minirun.Runtime.Launch;

/// <summary>What to do when the kernel has no more of something to give.</summary>
public static class ResourceHints
{
    /// <summary>Null when that was not the reason. What inotify has no more of is neither files nor the disk.</summary>
    public static string? For(LinuxException error) => (error.Call, error.Number) switch
    {
        ("inotify_init1", Errno.EMFILE) =>
            "you have no more inotify instances: sysctl fs.inotify.max_user_instances, and what else uses them",
        ("inotify_add_watch", Errno.ENOSPC) =>
            "you have no more inotify watches: sysctl fs.inotify.max_user_watches, and what else uses them",
        ("open" or "openat2", Errno.EAGAIN) =>
            "somebody holds a lease on that file (F_SETLEASE in fcntl(2)), and was told to let go of it: try again",
        ("write", Errno.EFBIG) => "your limit of file sizes is smaller than that: see `ulimit -f`",
        _ => For(error.Number),
    };

    /// <summary>The same of an error number alone.</summary>
    public static string? For(int errno) => errno switch
    {
        Errno.EMFILE => "the limit of open files is too low: `ulimit -n` shows it, and 128 are enough for a start",
        Errno.ENFILE => "the whole machine has no more open files: /proc/sys/fs/file-nr, /proc/sys/fs/file-max",
        Errno.EAGAIN => "no more processes may be made: see `ulimit -u`, and pids.max of the cgroup that you are in",
        Errno.ENOMEM => "there is not enough memory: see `ulimit -v`, memory.max of the cgroup that you are in, and `free`",
        Errno.ENOSPC or Errno.EDQUOT => "the disk is full: `df -h` shows it",
        _ => null,
    };
}
