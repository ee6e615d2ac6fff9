using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Volumes;

/// <summary>Who changes what is in a directory holds this; ends with its holder.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly int _fd;

    public DirectoryLock(string path)
    {
        _fd = (int)LinuxException.Check(fcntl.open(path, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC), "open", path);
        while (sys_file.flock(_fd, sys_file.LOCK_EX) < 0)
            if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("flock", errno, path);
    }

    public void Dispose() => unistd.close(_fd);
}
