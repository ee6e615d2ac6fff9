using Minirun.Engine.Copying;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Mounts;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Volumes;

/// <summary>
/// Fills an empty volume with what the root file system has at its place: Docker's copy on first use. Both sides are hostile, the volume
/// too when another container has it, which <see cref="TreeCopy"/> is made for. Sockets stay out, and all devices but those that any
/// container has: a disk's node would lie open on the host.
/// </summary>
internal static class VolumeCopyUp
{
    /// <exception cref="LinuxException">The disk is full, or something cannot be read.</exception>
    public static void Fill(string rootfs, string destination, string volume, VolumeOwners owners)
    {
        // Nothing there, or no directory: nothing to copy.
        using Fd root = Fd.TryOpen(rootfs, O_PATH | O_DIRECTORY);
        if (!root.IsOpen) return;
        using var from = new Fd(RootReader.OpenInside(root, destination, O_RDONLY | O_DIRECTORY | O_NONBLOCK));
        if (!from.IsOpen) return;
        using Fd to = Fd.TryOpen(volume, O_RDONLY | O_DIRECTORY);
        if (!to.IsOpen || !IsEmpty(to)) return;
        // A user cannot give files away: the copy is then his. And only root outside of any user namespace makes devices.
        using var copy = new TreeCopy(new()
        {
            Owner = (uid, gid) => (owners.Uid(uid), owners.Gid(gid)),
            OwnerMayFail = true,
            Device = IsEveryones,
            DeviceMayFail = true
        });
        copy.Contents(from, to);
        copy.Finish(from, to, Entry.Status(from));
    }

    internal static bool IsEmpty(int directory)
    {
        foreach (byte[] name in Entry.Names(directory))
            if (!name.AsSpan().SequenceEqual("lost+found\0"u8)) return false;
        return true;
    }

    /// <summary>null, zero, full, random, urandom, tty, ptmx: devices(5) of every container.</summary>
    private static bool IsEveryones(statx status) =>
        (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFCHR
            && (status.stx_rdev_major, status.stx_rdev_minor) is (1, 3 or 5 or 7 or 8 or 9) or (5, 0 or 2);
}
