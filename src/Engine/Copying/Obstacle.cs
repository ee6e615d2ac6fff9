using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>
/// What is in the place of a copy. Regular files and links make way. Devices, fifos and sockets never do: other programs hold on to them.
/// </summary>
public static class Obstacle
{
    /// <summary>True when nothing is there any more; false when it is that very device or fifo, which stays.</summary>
    /// <exception cref="UserError">It does not make way.</exception>
    /// <exception cref="LinuxException">It cannot be removed: a directory, for one.</exception>
    public static bool Clear(int directory, byte[] name, in statx wanted)
    {
        using Fd there = Entry.TryOpen(directory, name, fcntl.O_PATH);
        if (!there.IsOpen && Io.Error == Errno.ENOENT) return true;
        if (there.IsOpen && Entry.Status(there) is var status && Describe(status) is { } kind)
        {
            bool same = (status.stx_mode & S_IFMT) == (wanted.stx_mode & S_IFMT)
                && (status.stx_rdev_major, status.stx_rdev_minor) == (wanted.stx_rdev_major, wanted.stx_rdev_minor);
            return same ? false : throw Refuse(Entry.Text(name), kind);
        }
        NewEntry.Remove(directory, name);
        return true;
    }

    /// <summary>Null for what may be replaced.</summary>
    public static string? Describe(in statx status) => (status.stx_mode & S_IFMT) switch
    {
        S_IFCHR or S_IFBLK => "a device",
        S_IFIFO => "a fifo",
        S_IFSOCK => "a socket",
        _ => null,
    };

    public static UserError Refuse(string name, string kind) =>
        new($"cp: {name} is {kind}: the target must be a directory or a regular file", "remove it first, or name another target");
}
