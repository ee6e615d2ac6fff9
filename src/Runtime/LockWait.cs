using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Runtime;

/// <summary>
/// The wait for a lock of flock(2) that another has: not for ever, as that one may hang, and who waits in flock(2) with signals blocked
/// can only be killed.
/// </summary>
public static class LockWait
{
    /// <summary>In ms; as whoever ends a container has it.</summary>
    public const int Patience = 30_000;

    private const int Round = 5;   // ms

    /// <summary>Takes the lock on an open file or directory, which stays open.</summary>
    /// <param name="fd">The same.</param>
    /// <param name="path">Its path.</param>
    /// <param name="what">What is changed by who has the lock, in the words of the user.</param>
    /// <param name="shared">With others that share it.</param>
    /// <exception cref="UserError">Another has it for too long: who, and since when.</exception>
    public static void Take(int fd, string path, string what, bool shared = false)
    {
        if (!Try(fd, path, Patience, shared)) throw Busy(what, path);
    }

    /// <summary>False when another has it for all of that time.</summary>
    public static bool Try(int fd, string path, int milliseconds, bool shared = false)
    {
        int operation = shared ? sys_file.LOCK_SH : sys_file.LOCK_EX;
        long deadline = Environment.TickCount64 + milliseconds;
        while (FileLocks.TryTake(fd, operation | sys_file.LOCK_NB) is not 0 and var errno)
        {
            if (errno != Errno.EAGAIN) throw new LinuxException("flock", errno, path);
            if (Environment.TickCount64 >= deadline) return false;
            Poller.Pause(Round);
        }
        return true;
    }

    public static UserError Busy(string what, string path) =>
        new($"{what} is being changed by another command, which does not end: {LockHolder.Describe(path)}",
            "look what it waits for, or end it; then try again");
}
