using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Records;

/// <summary>
/// The name of a container that has no monitor: a file that is locked while the container lives. The kernel drops the lock of a minirun
/// that was killed, so
/// nothing stale can hold a name. Names of containers with a monitor are links (<see cref="ContainerStore"/>); no name is both.
/// </summary>
public sealed unsafe class HeldName : IDisposable
{
    private const uint OwnerOnly = 0x1c0 /* 0700 */, MayPass = 0x1c9 /* 0711 */;
    private readonly string _path;
    private readonly int _lock;

    private HeldName(string path, int held) => (_path, _lock) = (path, held);

    /// <exception cref="UserError">Another container has the name, or there is no place to keep it.</exception>
    public static HeldName Take(EnginePaths paths, string name)
    {
        ContainerNames.Check(name);
        MakeDirectory(paths);
        HeldName held = Lock($"{Directory(paths)}/{name}", name);
        try
        {
            // Whoever takes a name makes its own sign first, and looks for the other kind's then: of two at once, one at least sees the
            // other.
            new ContainerStore(paths).CheckFree(name);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a container without a monitor has the name.</summary>
    internal static bool IsHeld(EnginePaths paths, string name)
    {
        int fd = fcntl.open($"{Directory(paths)}/{name}", fcntl.O_RDONLY | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool held = sys_file.flock(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) < 0;
        unistd.close(fd);
        return held;
    }

    internal static UserError InUse(string name) =>
        new($"conflict: the container name \"{name}\" is already in use by a container in the foreground",
            "choose another name, or end that container");

    /// <summary>For a verb that is about containers with a monitor.</summary>
    internal static UserError HasNoMonitor(string name) =>
        new($"no such container: {name}: a container in the foreground has that name, which has no monitor",
            "its own terminal is the way to it; start it with -d, or with --label, and every verb knows it")
        { IsMissing = true };

    /// <summary>Who has it, for people who look.</summary>
    public void Write(string id, string name, int pid)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"name\":\"{name}\",\"pid\":{pid}}}\n");
        fixed (byte* pointer = text)
            LinuxException.Check(unistd.write(_lock, pointer, text.Length), "write");
    }

    public void Dispose()
    {
        unistd.unlink(_path);
        unistd.close(_lock);
    }

    private static string Directory(EnginePaths paths) => paths.Run + "/names";

    private static void MakeDirectory(EnginePaths paths)
    {
        try
        {
            OwnDirectory.Make(paths.Run, MayPass);
            OwnDirectory.Make(Directory(paths), OwnerOnly);
        }
        catch (LinuxException error)
        {
            throw new UserError($"--name: cannot make {Directory(paths)}: {Errno.Describe(error.Number)}",
                "set MINIRUN_ROOT to a directory that you may write to");
        }
    }

    private static HeldName Lock(string path, string name)
    {
        while (true)
        {
            int fd = fcntl.open(path, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x180 /* 0600 */);
            if (fd < 0)
                throw new UserError($"--name {name}: {path}: {Errno.Describe(Marshal.GetLastPInvokeError())}",
                    "the directory must belong to you");
            if (sys_file.flock(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) < 0)
            {
                unistd.close(fd);
                throw InUse(name);
            }
            // Whoever held the lock may have removed the file between our open and our lock: then ours is not the file that others see.
            if (IsStillThere(fd, path)) return new HeldName(path, fd);
            unistd.close(fd);
        }
    }

    private static bool IsStillThere(int fd, string path)
    {
        statx held, seen;
        return sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &held) == 0
            && sys_stat.statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &seen) == 0
            && held.stx_ino == seen.stx_ino;
    }
}
