using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine;

/// <summary>What a file looked like, to see whether another has taken its place, or has written to it.</summary>
internal readonly record struct FileMark(uint Type, ulong Inode, ulong Size, long Seconds, uint Nanoseconds)
{
    /// <summary>Of what is at a path, links not followed; nothing there is a mark, too.</summary>
    public static FileMark Of(string path) => FileStatus.TryRead(path, out statx status, fcntl.AT_SYMLINK_NOFOLLOW)
        ? new((uint)(status.stx_mode & S_IFMT), status.stx_ino, status.stx_size, status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec)
        : default;
}
