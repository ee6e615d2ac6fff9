using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Volumes;

/// <summary>
/// Fills an empty volume with what the root file system has at its place: Docker's copy on first use. Both sides are hostile, the volume too when
/// another container has it: one name at a time by descriptors, no symlink is followed, modes are set by descriptor. Sockets stay out, and all devices
/// but those that any container has: a disk's node would lie open on the host.
/// </summary>
internal sealed unsafe class VolumeCopyUp
{
    private const int Deepest = 128, BufferSize = 4096, Private = 0x180;   // 0600
    private readonly Dictionary<(uint, uint, ulong), string> _links = [];
    private readonly int _volume;
    private readonly VolumeOwners _owners;

    private VolumeCopyUp(int volume, VolumeOwners owners) => (_volume, _owners) = (volume, owners);

    /// <exception cref="LinuxException">The disk is full, or something cannot be read.</exception>
    public static void Fill(string rootfs, string destination, string volume, VolumeOwners owners)
    {
        int root = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int from = root < 0 ? -1 : RootReader.OpenInside(root, destination, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        int to = from < 0 ? -1 : open(volume, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        try
        {
            // Nothing there, or no directory: nothing to copy.
            if (to < 0 || !IsEmpty(to)) return;
            new VolumeCopyUp(to, owners).Directory(from, to, "", Deepest);
        }
        finally
        {
            foreach (int fd in (ReadOnlySpan<int>)[to, from, root])
                if (fd >= 0) unistd.close(fd);
        }
    }

    internal static bool IsEmpty(int directory)
    {
        foreach (byte[] name in Names(directory))
            if (!name.AsSpan().SequenceEqual("lost+found\0"u8)) return false;
        return true;
    }

    /// <summary>What is in it, then what it is itself.</summary>
    private void Directory(int from, int to, string path, int left)
    {
        if (left == 0) throw new LinuxException("getdents64", Errno.ELOOP, path);
        foreach (byte[] name in Names(from))
            fixed (byte* start = name) Entry(from, to, start, path + "/" + Encoding.Latin1.GetString(name.AsSpan(0, name.Length - 1)), left);
        statx status;
        LinuxException.Check(statx_(from, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status), "statx", path);
        Attributes(from, to, &status);
    }

    private void Entry(int from, int to, byte* name, string path, int left)
    {
        statx status;
        if (syscall(SYS_statx, from, (nint)name, AT_SYMLINK_NOFOLLOW, (nint)STATX_BASIC_STATS, (nint)(&status)) < 0) return;   // gone
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFDIR:
                LinuxException.Check(syscall(SYS_mkdirat, to, (nint)name, 0x1c0 /* 0700 */), "mkdir", path);
                Both(from, to, name, O_RDONLY | O_DIRECTORY, O_RDONLY | O_DIRECTORY, path, (source, copy) => Directory(source, copy, path, left - 1));
                break;
            case S_IFREG:
                if (IsLinked(to, name, path, status)) break;
                Both(from, to, name, O_RDONLY | O_NONBLOCK, O_WRONLY | O_CREAT | O_EXCL, path, (source, copy) => File(source, copy, path));
                break;
            case S_IFLNK:
                byte* target = stackalloc byte[BufferSize];
                nint length = LinuxException.Check(syscall(SYS_readlinkat, from, (nint)name, (nint)target, BufferSize - 1), "readlink", path);
                target[length] = 0;
                LinuxException.Check(syscall(SYS_symlinkat, (nint)target, to, (nint)name), "symlink", path);
                Own(to, name, status);
                break;
            case S_IFIFO:
                LinuxException.Check(syscall(SYS_mknodat, to, (nint)name, status.stx_mode & (S_IFMT | 0x1ff)), "mknod", path);
                Own(to, name, status);
                Mode(to, name, status);
                break;
            // Only root outside of any user namespace makes devices: with others they stay out.
            case S_IFCHR when IsEveryones(status) && syscall(SYS_mknodat, to, (nint)name, status.stx_mode & (S_IFMT | 0x1ff), (nint)(status.stx_rdev_major << 8 | status.stx_rdev_minor)) == 0:
                Own(to, name, status);
                Mode(to, name, status);
                break;
        }
    }

    /// <summary>null, zero, full, random, urandom, tty, ptmx: devices(5) of every container.</summary>
    private static bool IsEveryones(in statx status) => (status.stx_rdev_major, status.stx_rdev_minor) is (1, 3 or 5 or 7 or 8 or 9) or (5, 0 or 2);

    private static void Both(int from, int to, byte* name, int read, int write, string path, Action<int, int> copy)
    {
        int source = (int)LinuxException.Check(syscall(SYS_openat, from, (nint)name, read | O_NOFOLLOW | O_CLOEXEC), "open", path), made = -1;
        try
        {
            made = (int)LinuxException.Check(syscall(SYS_openat, to, (nint)name, write | O_NOFOLLOW | O_CLOEXEC, Private), "open", path);
            copy(source, made);
        }
        finally
        {
            if (made >= 0) unistd.close(made);
            unistd.close(source);
        }
    }

    private void File(int source, int copy, string path)
    {
        statx status;
        LinuxException.Check(statx_(source, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status), "statx", path);
        if ((status.stx_mode & S_IFMT) != S_IFREG) return;   // another now
        while (LinuxException.Check(syscall(SYS_sendfile, copy, source, 0, 1 << 20), "sendfile", path) > 0) { }
        Attributes(source, copy, &status);
    }

    /// <summary>A second name of a file is one in the copy, too. Its first is looked up within the volume and without symlinks.</summary>
    private bool IsLinked(int to, byte* name, string path, in statx status)
    {
        if (status.stx_nlink < 2) return false;
        var key = (status.stx_dev_major, status.stx_dev_minor, status.stx_ino);
        if (_links.TryAdd(key, path)) return false;
        open_how how = new() { flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
        int first;
        fixed (byte* known = Encoding.Latin1.GetBytes(_links[key][1..] + '\0')) first = (int)syscall(SYS_openat2, _volume, (nint)known, (nint)(&how), sizeof(open_how));
        if (first < 0) return false;
        fixed (byte* magic = Encoding.ASCII.GetBytes("/proc/self/fd/" + first.ToString(System.Globalization.CultureInfo.InvariantCulture) + '\0'))
        {
            bool linked = unistd.linkat(AT_FDCWD, magic, to, name, AT_SYMLINK_FOLLOW) == 0;
            unistd.close(first);
            return linked;
        }
    }

    /// <summary>Owner before mode: chown(2) clears the set-user-ID bit. A user cannot give files away: the copy is then his.</summary>
    private void Attributes(int source, int copy, statx* status)
    {
        uint uid = _owners.Uid(status->stx_uid), gid = _owners.Gid(status->stx_gid);
        syscall(SYS_fchownat, copy, (nint)Empty, (nint)uid, (nint)gid, AT_EMPTY_PATH);
        statx owned;
        int mode = status->stx_mode & 0xfff;
        // Set-user-ID with another owner than it had is not what was meant.
        if (statx_(copy, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &owned) < 0 || owned.stx_uid != status->stx_uid || owned.stx_gid != status->stx_gid) mode &= 0x3ff;
        syscall(SYS_fchmod, copy, mode);
        ExtendedAttributes(source, copy);
        long* times = stackalloc long[4] { status->stx_atime.tv_sec, status->stx_atime.tv_nsec, status->stx_mtime.tv_sec, status->stx_mtime.tv_nsec };
        syscall(SYS_utimensat, copy, 0, (nint)times, 0);
    }

    private void Own(int to, byte* name, in statx status) => syscall(SYS_fchownat, to, (nint)name, (nint)_owners.Uid(status.stx_uid), (nint)_owners.Gid(status.stx_gid), AT_SYMLINK_NOFOLLOW);

    /// <summary>mknod(2) takes the umask off; chmod by descriptor, for the name may be a symlink by now.</summary>
    private static void Mode(int to, byte* name, in statx status)
    {
        int fd = (int)syscall(SYS_openat, to, (nint)name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return;
        _ = chmod("/proc/self/fd/" + fd.ToString(System.Globalization.CultureInfo.InvariantCulture), (uint)(status.stx_mode & 0x1ff));
        unistd.close(fd);
    }

    /// <summary>user.*, access lists and file capabilities. The file system's own (trusted.overlay.*, labels) are not the file's.</summary>
    private static void ExtendedAttributes(int source, int copy)
    {
        byte* names = stackalloc byte[BufferSize], value = stackalloc byte[BufferSize];
        nint length = sys_xattr.flistxattr(source, names, BufferSize);
        for (nint at = 0; at < length;)
        {
            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(names + at);
            if (name.StartsWith("user."u8) || name.StartsWith("system.posix_acl_"u8) || name.SequenceEqual("security.capability"u8))
                if (sys_xattr.fgetxattr(source, names + at, value, BufferSize) is >= 0 and var size) _ = sys_xattr.fsetxattr(copy, names + at, value, size, 0);
            at += name.Length + 1;
        }
    }

    internal static byte* Empty => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference("\0"u8));

    /// <summary>Names with their closing zero, as bytes: they need not be UTF-8.</summary>
    private static List<byte[]> Names(int directory)
    {
        List<byte[]> names = [];
        byte* buffer = stackalloc byte[BufferSize];
        syscall(SYS_lseek, directory, 0, 0);
        nint length;
        while ((length = LinuxException.Check(syscall(SYS_getdents64, directory, (nint)buffer, BufferSize), "getdents64")) > 0)
            for (nint at = 0; at < length; at += *(ushort*)(buffer + at + 16))   // struct linux_dirent64 of getdents64(2)
            {
                ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add([.. name, 0]);
            }
        return names;
    }
}
