using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Networks;

/// <summary>One at a time; ends with its holder, however that ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly int _fd;

    public FileLock(string path)
    {
        _fd = (int)LinuxException.Check(fcntl.open(path, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x180 /* 0600 */), "open", path);
        while (sys_file.flock(_fd, sys_file.LOCK_EX) < 0)
            if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("flock", errno, path);
    }

    public void Dispose() => unistd.close(_fd);
}
