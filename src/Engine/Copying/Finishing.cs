using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Copying;

/// <summary>Owner, mode and times of a file that has just been made, by descriptor or by its name in an open directory.</summary>
internal sealed unsafe class Finishing(CopyRules rules)
{
    private const int Permissions = 0x3ff /* 01777 */, All = 0xfff;

    /// <param name="fd">What was made, opened for reading or writing.</param>
    /// <param name="wanted">The original.</param>
    /// <param name="attributes">Between owner and mode: extended attributes, some of which a new owner would take away.</param>
    public void Finish(int fd, in statx wanted, Action? attributes = null)
    {
        Own(fd, [0], wanted, AT_EMPTY_PATH);
        attributes?.Invoke();
        LinuxException.Check(syscall(SYS_fchmod, fd, Mode(fd, wanted)), "fchmod");
        Stamp(fd, null, wanted, 0);
    }

    /// <summary>Of what cannot be opened: links, fifos, devices.</summary>
    public void Finish(int directory, byte[] name, in statx wanted)
    {
        Own(directory, name, wanted, AT_SYMLINK_NOFOLLOW);
        if ((wanted.stx_mode & S_IFMT) != S_IFLNK)
        {
            // The umask took something off at the making; by descriptor, for the name may be a link by now.
            int fd = Entry.Open(directory, name, O_PATH);
            _ = chmod(Entry.Link(fd), (uint)Mode(fd, wanted));
            unistd.close(fd);
        }
        fixed (byte* at = name) Stamp(directory, at, wanted, AT_SYMLINK_NOFOLLOW);
    }

    private static void Stamp(int directory, byte* name, in statx wanted, nint flags)
    {
        timespec* times = stackalloc timespec[2];
        times[0] = new timespec { tv_sec = wanted.stx_atime.tv_sec, tv_nsec = wanted.stx_atime.tv_nsec };
        times[1] = new timespec { tv_sec = wanted.stx_mtime.tv_sec, tv_nsec = wanted.stx_mtime.tv_nsec };
        syscall(SYS_utimensat, directory, (nint)name, (nint)times, flags);
    }

    private void Own(int directory, byte[] name, in statx wanted, nint flags)
    {
        if (rules.Owner is null) return;
        var (uid, gid) = rules.Owner(wanted.stx_uid, wanted.stx_gid);
        fixed (byte* at = name)
            if (syscall(SYS_fchownat, directory, (nint)at, (nint)uid, (nint)gid, flags) < 0 && !rules.OwnerMayFail)
                throw NotGiven(directory, name, uid, gid, Marshal.GetLastPInvokeError());
    }

    private static UserError NotGiven(int directory, byte[] name, uint uid, uint gid, int errno)
    {
        string path = ProcFile.ReadLink(Entry.Link(directory)) ?? "?";
        if (name.Length > 1) path += "/" + Entry.Text(name);
        return new($"{path}: cannot have the owner {uid}:{gid}: {Errno.Describe(errno)}",
            "only root may give files to others; without -a copies are yours, or the container's root's");
    }

    /// <summary>A program that runs as its owner is not what was meant when it has another one now.</summary>
    private nint Mode(int fd, in statx wanted)
    {
        if ((wanted.stx_mode & All & ~Permissions) == 0) return wanted.stx_mode & All;
        statx made = Entry.Status(fd);
        var (uid, gid) =
            rules is { OwnerIsKept: true, Owner: { } owner } ? owner(wanted.stx_uid, wanted.stx_gid) : (wanted.stx_uid, wanted.stx_gid);
        return wanted.stx_mode & (made.stx_uid == uid && made.stx_gid == gid ? All : Permissions);
    }
}
