using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine;

/// <summary>One at a time (flock(2)); ends with its holder, however that ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly Fd _fd;

    private FileLock(Fd fd) => _fd = fd;

    /// <summary>On a file, which is made when it is missing.</summary>
    /// <param name="path">Its path; no symbolic link.</param>
    /// <param name="what">What is changed by who has it (<see cref="LockWait"/>).</param>
    /// <param name="shared">With others that share it.</param>
    /// <exception cref="UserError">Another has it for too long.</exception>
    public static FileLock OnFile(string path, string what, bool shared = false) => Await(Open(path, O_CREAT), path, what, shared);

    /// <summary>On a file, which is made when it is missing; null when another has it.</summary>
    public static FileLock? TryFile(string path)
    {
        using Fd fd = Open(path, O_CREAT);
        return Try(fd);
    }

    /// <summary>On a directory that is there.</summary>
    /// <param name="path">Its path; no symbolic link.</param>
    /// <param name="what">What is changed by who has it (<see cref="LockWait"/>).</param>
    /// <exception cref="UserError">Another has it for too long.</exception>
    public static FileLock OnDirectory(string path, string what) => Await(Open(path, O_DIRECTORY), path, what);

    /// <summary>The same.</summary>
    /// <param name="path">Its path; no symbolic link.</param>
    /// <param name="wait">Called again and again while another has it; what it throws ends the wait.</param>
    public static FileLock OnDirectory(string path, Action wait)
    {
        using Fd fd = Open(path, O_DIRECTORY);
        while (FileLocks.TryTake(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) is not 0 and var errno)
            if (errno == Errno.EAGAIN) wait();
            else throw new LinuxException("flock", errno, path);
        return new(new Fd(fd.Release()));
    }

    /// <summary>Null when it is not there, or another has it.</summary>
    public static FileLock? TryDirectory(string path)
    {
        using Fd fd = Fd.TryOpen(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        return fd.IsOpen ? Try(fd) : null;
    }

    /// <summary>
    /// A new directory, locked. Before the lock another may take it for one that was left, and remove it: then it is made again.
    /// </summary>
    public static FileLock NewDirectory(string path, uint mode)
    {
        while (true)
        {
            LinuxException.Check(sys_stat.mkdir(path, mode), "mkdir", path);
            Fd fd = Fd.TryOpen(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            if (!fd.IsOpen)
            {
                int errno = Io.Error;
                if (errno != Errno.ENOENT) throw new LinuxException("open", errno, path);
                continue;
            }
            FileLock held = Await(fd, path, path);
            if (Directory.Exists(path)) return held;
            held.Dispose();
        }
    }

    /// <summary>Directories that whoever was making or removing them has left: nobody holds them.</summary>
    public static void RemoveLeft(string parent, string pattern)
    {
        foreach (string path in Directory.EnumerateDirectories(parent, pattern))
        {
            using FileLock? held = TryDirectory(path);
            if (held is null) continue;
            try
            {
                TreeRemoval.Remove(path);
            }
            catch (LinuxException)
            {
                // Another was quicker, or root has to do it.
            }
        }
    }

    public void Dispose() => _fd.Dispose();

    private static Fd Open(string path, int flags) => Fd.Open(path, O_RDONLY | O_NONBLOCK | flags | O_NOFOLLOW, 0x180 /* 0600 */);

    /// <summary>Owns the descriptor from then on; null when another has the lock.</summary>
    private static FileLock? Try(Fd fd) =>
        FileLocks.TryTake(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) == 0 ? new(new Fd(fd.Release())) : null;

    private static FileLock Await(Fd fd, string path, string what, bool shared = false)
    {
        try
        {
            LockWait.Take(fd, path, what, shared);
            return new(fd);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }
}
