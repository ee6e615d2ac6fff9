using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_stat;

namespace Minirun.Runtime.State;

/// <summary>
/// Directories of ours: made with the mode that is meant, whatever the umask, and believed only where nobody else can have written. What
/// lies in them names hooks, programs and paths that are used with our rights.
/// </summary>
public static unsafe class OwnDirectory
{
    private const uint Overflow = 65534, GroupOrOthersWrite = 0x12 /* 0022 */, OthersWrite = 0x2, Sticky = 0x200;

    /// <summary>Makes it, and what is missing above it, with this mode. One that is there keeps its own.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static void Make(string path, uint mode)
    {
        if (mkdir(path, mode) == 0)
        {
            // The umask took something off.
            LinuxException.Check(chmod(path, mode), "chmod", path);
            return;
        }
        int errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EEXIST) return;
        string? parent = errno == Errno.ENOENT ? Path.GetDirectoryName(path) : null;
        if (parent is not { Length: > 1 })
        {
            // On a read-only or foreign parent an existing directory gives EROFS or EACCES, too.
            statx status;
            if (statx_(fcntl.AT_FDCWD, path, 0, STATX_BASIC_STATS, &status) == 0 && (status.stx_mode & S_IFMT) == S_IFDIR) return;
            throw new LinuxException("mkdir", errno, path);
        }
        Make(parent, mode);
        if (mkdir(path, mode) < 0 && Marshal.GetLastPInvokeError() is not Errno.EEXIST and var second)
            throw new LinuxException("mkdir", second, path);
        LinuxException.Check(chmod(path, mode), "chmod", path);
    }

    /// <summary>
    /// Refuses a directory that is somebody else's, or that others can write, and one on a way that others can change. One that is not
    /// there is fine.
    /// </summary>
    /// <param name="path">Which, from the root.</param>
    /// <param name="where">What says so: a variable or flag, for the hint.</param>
    /// <exception cref="UserError">It cannot be believed.</exception>
    public static void Check(string path, string where)
    {
        CheckOne(path, where, path, GroupOrOthersWrite);
        for (string? above = Path.GetDirectoryName(path); above is { Length: > 0 }; above = Path.GetDirectoryName(above))
            CheckOne(above, where, path, OthersWrite);
    }

    private static UserError Closed(string path, string where) => new(
        $"cannot look into {path}: {Errno.Describe(Errno.EACCES)}",
        $"{where} names it, and it is another user's: let {where} name a directory of your own, or be that user");

    private static void CheckOne(string path, string where, string wanted, uint forbidden)
    {
        statx status;
        if (statx_(fcntl.AT_FDCWD, path, 0, STATX_BASIC_STATS, &status) < 0)
        {
            // What cannot be looked for is not what is not there: it would seem to be empty.
            if (path == wanted && Marshal.GetLastPInvokeError() == Errno.EACCES) throw Closed(path, where);
            return;
        }
        uint me = unistd.geteuid();
        string why =
            path == wanted ? "what is in it would be believed, and run with your rights" : $"its owner could put another {wanted} in place";
        if ((status.stx_mode & S_IFMT) != S_IFDIR)
            throw new UserError($"{path} is not a directory", $"{where} names it: remove it, or name another");
        // In a user namespace whoever is outside it looks like the overflow id: that is root, for what is above.
        bool mine = status.stx_uid == me || status.stx_uid == 0 || (path != wanted && status.stx_uid == Overflow && !StateRoot.HasAllIds());
        if (!mine)
            throw new UserError($"{path} belongs to user {status.stx_uid}, not to you: {why}",
                $"chown {me} {path} if you trust what is in it, or let {where} name a directory of your own");
        // root's own, which others believe: it may be closed to them.
        if (path == wanted && status.stx_uid != me
            && fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.R_OK | unistd.X_OK, fcntl.AT_EACCESS) < 0)
            throw Closed(path, where);
        // Where the sticky bit is set, as on /tmp, others cannot rename what is ours.
        bool open = (status.stx_mode & forbidden) != 0 && (path == wanted || (status.stx_mode & Sticky) == 0);
        if (open)
            throw new UserError($"{path} can be written by others (mode 0{Convert.ToString(status.stx_mode & 0xfff, 8)}): {why}",
                $"chmod go-w {path}, or let {where} name another directory");
    }
}
