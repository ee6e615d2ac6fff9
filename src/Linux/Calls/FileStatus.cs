namespace Minirun.Linux.Calls;

/// <summary>What the kernel says of a file (statx(2)). Each gives false when it cannot, with errno in <see cref="Io.Error"/>.</summary>
public static unsafe class FileStatus
{
    /// <summary>Of what a path leads to.</summary>
    /// <param name="path">Where.</param>
    /// <param name="status">What is said.</param>
    /// <param name="flags">Of statx(2): AT_SYMLINK_NOFOLLOW, AT_STATX_FORCE_SYNC.</param>
    public static bool TryRead(string path, out statx status, int flags = 0)
    {
        fixed (statx* place = &status)
            return sys_stat.statx_(fcntl.AT_FDCWD, path, flags, sys_stat.STATX_BASIC_STATS, place) == 0;
    }

    /// <summary>Of an open file, which may be O_PATH.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="status">What is said.</param>
    /// <param name="more">What is wanted besides the usual: STATX_BTIME.</param>
    public static bool TryRead(int fd, out statx status, uint more = 0)
    {
        fixed (statx* place = &status)
            return sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS | more, place) == 0;
    }

    /// <summary>Whether a path, without following a link at its end, still is an open file.</summary>
    public static bool IsSame(int fd, string path) =>
        TryRead(fd, out statx open) && TryRead(path, out statx there, fcntl.AT_SYMLINK_NOFOLLOW) && open.stx_ino == there.stx_ino;
}
