namespace Minirun.Linux.Calls;

/// <summary>Locks on an open file. The kernel drops them with its last descriptor: nothing stale is left of who was killed.</summary>
public static unsafe class FileLocks
{
    /// <summary>flock(2): 0, or errno; EAGAIN: another has it, of those that do not wait.</summary>
    public static int TryTake(int fd, int operation)
    {
        int result;
        while ((result = sys_file.flock(fd, operation)) < 0 && Io.Error == Errno.EINTR) { }
        return result < 0 ? Io.Error : 0;
    }

    /// <summary>Whether somebody has the second lock, on all of the file (fcntl(2), F_OFD_GETLK).</summary>
    public static bool IsMarked(int fd)
    {
        var question = new flock { l_type = fcntl.F_WRLCK };
        return fcntl.fcntl_(fd, fcntl.F_OFD_GETLK, (nint)(&question)) == 0 && question.l_type != fcntl.F_UNLCK;
    }

    /// <summary>Takes the second lock, or gives it back. Where the file system has none, nothing is done.</summary>
    public static void Mark(int fd, bool isMarked)
    {
        var wanted = new flock { l_type = isMarked ? fcntl.F_WRLCK : fcntl.F_UNLCK };
        fcntl.fcntl_(fd, fcntl.F_OFD_SETLK, (nint)(&wanted));
    }
}
