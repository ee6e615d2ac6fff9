using System.Runtime.InteropServices;
using Minirun.Engine.Containers;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Monitor;

/// <summary>That there is a monitor, and only one: the kernel drops the lock of one that was killed.</summary>
internal sealed class MonitorLock : IDisposable
{
    private readonly string _path;
    private readonly int _fd;

    public MonitorLock(EngineContainer container)
    {
        _path = container.MonitorLockPath;
        _fd = (int)LinuxException.Check(fcntl.open(container.MonitorLockPath, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x180 /* 0600 */), "open", container.MonitorLockPath);
        if (sys_file.flock(_fd, sys_file.LOCK_EX | sys_file.LOCK_NB) < 0) throw new UserError($"container {container.Config.Name} has a monitor already: {Errno.Describe(Marshal.GetLastPInvokeError())}", null);
    }

    /// <summary>A file that stays is of one that was killed.</summary>
    public void Dispose()
    {
        unistd.unlink(_path);
        unistd.close(_fd);
    }
}
