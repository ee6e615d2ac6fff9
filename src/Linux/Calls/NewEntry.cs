using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>Makes an entry of an open directory, which must not be there yet. A name is as with <see cref="Entry"/>.</summary>
public static unsafe class NewEntry
{
    /// <summary>False when something of that name is there already.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static bool MakeDirectory(int directory, byte[] name, uint mode) =>
        Entry.Call(SYS_mkdirat, directory, name, (nint)mode, 0, Errno.EEXIST);

    /// <summary>A fifo or a device.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="mode">Its type and permissions.</param>
    /// <param name="device">Its number (makedev(3)).</param>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static void MakeNode(int directory, byte[] name, uint mode, nint device) =>
        Entry.Call(SYS_mknodat, directory, name, (nint)mode, device, 0);

    /// <param name="target">What it says, with a zero behind.</param>
    /// <param name="directory">Where.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="path">For the error.</param>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static void MakeSymbolicLink(byte[] target, int directory, byte[] name, string path)
    {
        fixed (byte* text = target)
        fixed (byte* at = name) LinuxException.Check(syscall(SYS_symlinkat, (nint)text, directory, (nint)at), "symlinkat", path);
    }

    /// <summary>A further name of an open file, which may be O_PATH. 0, or errno.</summary>
    public static int MakeLink(int file, int directory, byte[] name)
    {
        // AT_SYMLINK_FOLLOW: of the descriptor's link in /proc, to its file (linkat(2)).
        fixed (byte* from = KernelText.EncodeName(Entry.Link(file)))
        fixed (byte* at = name)
            return syscall(SYS_linkat, fcntl.AT_FDCWD, (nint)from, directory, (nint)at, fcntl.AT_SYMLINK_FOLLOW) < 0 ? Io.Error : 0;
    }

    /// <summary>Takes the entry away, which is no directory; one that is not there does no harm.</summary>
    /// <exception cref="LinuxException">It cannot be removed.</exception>
    public static void Remove(int directory, byte[] name) => Entry.Call(SYS_unlinkat, directory, name, 0, 0, Errno.ENOENT);
}
