using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Life;

/// <summary>
/// That there is a monitor, and only one: the kernel drops the lock of one that was killed. A second lock on the same file (fcntl(2),
/// F_OFD_SETLK) says that a start goes on: there is no command yet, and who asks for the container's end need not wait for one.
/// </summary>
internal sealed class MonitorLock : IDisposable
{
    private const int Patience = 10_000, Pause = 5;   // ms
    private readonly string _path;
    private readonly Fd _fd;

    /// <summary>One that has said how its container ended, and has a few steps to go itself, is waited for.</summary>
    public MonitorLock(EngineContainer container)
    {
        _path = container.MonitorLockPath;
        for (int waited = 0; ; waited += Pause)
        {
            _fd = Fd.Open(_path, O_RDWR | O_CREAT | O_NOFOLLOW, 0x180 /* 0600 */);
            int errno = FileLocks.TryTake(_fd, sys_file.LOCK_EX | sys_file.LOCK_NB);
            // Between our open and our lock the one before may have taken its file away: nobody would see that we live.
            if (errno == 0 && FileStatus.IsSame(_fd, _path))
            {
                Starts();
                return;
            }
            _fd.Dispose();
            if (waited >= Patience)
                throw new UserError($"container {container.Config.Name} has a monitor already: {Errno.Describe(errno)}",
                    "another command starts it: minirun ps shows what became of it");
            Poller.Pause(Pause);
        }
    }

    /// <summary>Whether the monitor of a container has not brought it to its command yet.</summary>
    public static bool IsStarting(EngineContainer container)
    {
        using Fd fd = Fd.TryOpen(container.MonitorLockPath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
        return fd.IsOpen && FileLocks.IsMarked(fd);
    }

    /// <summary>A start begins. Where the file system has no such locks, a start is waited for as an end is.</summary>
    public void Starts() => FileLocks.Mark(_fd, isMarked: true);

    /// <summary>It is over, well or not.</summary>
    public void HasStarted() => FileLocks.Mark(_fd, isMarked: false);

    /// <summary>A file that stays is of one that was killed.</summary>
    public void Dispose()
    {
        unistd.unlink(_path);
        _fd.Dispose();
    }
}
