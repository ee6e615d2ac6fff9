using System.Runtime.InteropServices;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Life;

/// <summary>
/// That there is a monitor, and only one: the kernel drops the lock of one that was killed. A second lock on the same file (fcntl(2),
/// F_OFD_SETLK) says that a start goes on: there is no command yet, and who asks for the container's end need not wait for one.
/// </summary>
internal sealed unsafe class MonitorLock : IDisposable
{
    private const int Patience = 10_000, Pause = 5;   // ms
    private readonly string _path;
    private readonly int _fd;

    /// <summary>One that has said how its container ended, and has a few steps to go itself, is waited for.</summary>
    public MonitorLock(EngineContainer container)
    {
        _path = container.MonitorLockPath;
        for (int waited = 0; ; waited += Pause)
        {
            _fd = (int)LinuxException.Check(open(_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0x180 /* 0600 */), "open", _path);
            int errno = sys_file.flock(_fd, sys_file.LOCK_EX | sys_file.LOCK_NB) < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno == 0 && IsThere())
            {
                Starts();
                return;
            }
            unistd.close(_fd);
            if (waited >= Patience)
                throw new UserError($"container {container.Config.Name} has a monitor already: {Errno.Describe(errno)}",
                    "another command starts it: minirun ps shows what became of it");
            poll.poll_(null, 0, Pause);
        }
    }

    /// <summary>Whether the monitor of a container has not brought it to its command yet.</summary>
    public static bool IsStarting(EngineContainer container)
    {
        int fd = open(container.MonitorLockPath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return false;
        var question = new flock { l_type = F_WRLCK };
        bool starts = fcntl_(fd, F_OFD_GETLK, (nint)(&question)) == 0 && question.l_type != F_UNLCK;
        unistd.close(fd);
        return starts;
    }

    /// <summary>A start begins. Where the file system has no such locks, a start is waited for as an end is.</summary>
    public void Starts() => Set(F_WRLCK);

    /// <summary>It is over, well or not.</summary>
    public void HasStarted() => Set(F_UNLCK);

    private void Set(short type)
    {
        var wanted = new flock { l_type = type };
        fcntl_(_fd, F_OFD_SETLK, (nint)(&wanted));
    }

    /// <summary>Between our open and our lock the one before may have taken its file away: nobody would see that we live.</summary>
    private bool IsThere()
    {
        statx ours, theirs;
        return sys_stat.statx_(_fd, "", AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &ours) == 0
            && sys_stat.statx_(AT_FDCWD, _path, AT_SYMLINK_NOFOLLOW, sys_stat.STATX_BASIC_STATS, &theirs) == 0
            && ours.stx_ino == theirs.stx_ino;
    }

    /// <summary>A file that stays is of one that was killed.</summary>
    public void Dispose()
    {
        unistd.unlink(_path);
        unistd.close(_fd);
    }
}
