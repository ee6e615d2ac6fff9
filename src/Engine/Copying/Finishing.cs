using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>Owner, mode and times of a file that has just been made, by descriptor or by its name in an open directory.</summary>
internal sealed class Finishing(CopyRules rules)
{
    private const int Permissions = 0x3ff /* 01777 */, All = 0xfff;

    /// <param name="fd">What was made, opened for reading or writing.</param>
    /// <param name="wanted">The original.</param>
    /// <param name="attributes">Between owner and mode: extended attributes, some of which a new owner would take away.</param>
    public void Finish(int fd, in statx wanted, Action? attributes = null)
    {
        Own(fd, null, wanted);
        attributes?.Invoke();
        if (Inode.SetMode(fd, Mode(fd, wanted)) is not 0 and var errno) throw new LinuxException("fchmod", errno);
        Inode.SetTimes(fd, wanted);
    }

    /// <summary>Of what cannot be opened: links, fifos, devices.</summary>
    public void Finish(int directory, byte[] name, in statx wanted)
    {
        Own(directory, name, wanted);
        if ((wanted.stx_mode & S_IFMT) != S_IFLNK)
        {
            // The umask took something off at the making; by descriptor, for the name may be a link by now.
            using Fd fd = Entry.Open(directory, name, O_PATH);
            _ = chmod(Entry.Link(fd), Mode(fd, wanted));
        }
        Inode.SetTimes(directory, name, wanted);
    }

    /// <param name="name">Null: the open file itself.</param>
    private void Own(int directory, byte[]? name, in statx wanted)
    {
        if (rules.Owner is null) return;
        var (uid, gid) = rules.Owner(wanted.stx_uid, wanted.stx_gid);
        int errno = name is null ? Inode.SetOwner(directory, uid, gid) : Inode.SetOwner(directory, name, uid, gid);
        if (errno != 0 && !rules.OwnerMayFail) throw NotGiven(directory, name, uid, gid, errno);
    }

    private static UserError NotGiven(int directory, byte[]? name, uint uid, uint gid, int errno)
    {
        string path = ProcFile.ReadLink(Entry.Link(directory)) ?? "?";
        if (name is not null) path += "/" + Entry.Text(name);
        return new($"{path}: cannot have the owner {uid}:{gid}: {Errno.Describe(errno)}",
            "only root may give files to others; without -a copies are yours, or the container's root's");
    }

    /// <summary>A program that runs as its owner is not what was meant when it has another one now.</summary>
    private uint Mode(int fd, in statx wanted)
    {
        if ((wanted.stx_mode & All & ~Permissions) == 0) return wanted.stx_mode & (uint)All;
        statx made = Entry.Status(fd);
        var (uid, gid) =
            rules is { OwnerIsKept: true, Owner: { } owner } ? owner(wanted.stx_uid, wanted.stx_gid) : (wanted.stx_uid, wanted.stx_gid);
        return (uint)(wanted.stx_mode & (made.stx_uid == uid && made.stx_gid == gid ? All : Permissions));
    }
}
