using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Records;

/// <summary>
/// The name of a container that has no monitor: a file that is locked while the container lives. The kernel drops the lock of a minirun
/// that was killed, so
/// nothing stale can hold a name. Names of containers with a monitor are links (<see cref="ContainerStore"/>); no name is both.
/// </summary>
public sealed class HeldName : IDisposable
{
    private const uint OwnerOnly = 0x1c0 /* 0700 */, MayPass = 0x1c9 /* 0711 */;
    private readonly string _path;
    private readonly Fd _lock;

    private HeldName(string path, Fd held) => (_path, _lock) = (path, held);

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
        using Fd fd = Fd.TryOpen($"{Directory(paths)}/{name}", fcntl.O_RDONLY | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW);
        return fd.IsOpen && FileLocks.TryTake(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) != 0;
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
    public void Write(string id, string name, int pid) =>
        Io.WriteAll(_lock, Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"name\":\"{name}\",\"pid\":{pid}}}\n"));

    public void Dispose()
    {
        unistd.unlink(_path);
        _lock.Dispose();
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
            using Fd fd = Fd.TryOpen(path, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_NOFOLLOW, 0x180 /* 0600 */);
            if (!fd.IsOpen)
                throw new UserError($"--name {name}: {path}: {Errno.Describe(Io.Error)}", "the directory must belong to you");
            if (FileLocks.TryTake(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) != 0) throw InUse(name);
            // Whoever held the lock may have removed the file between our open and our lock: then ours is not the file that others see.
            if (FileStatus.IsSame(fd, path)) return new HeldName(path, new Fd(fd.Release()));
        }
    }
}
