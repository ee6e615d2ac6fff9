using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Networks;

/// <summary>The device that both helpers get a container's packets from.</summary>
internal static class Tun
{
    private const string Device = "/dev/net/tun";

    /// <summary>Why it is not for us, and what to do about it; null: it is.</summary>
    public static (string Why, string Mend)? Missing()
    {
        int fd = fcntl.open(Device, fcntl.O_RDWR | fcntl.O_CLOEXEC);
        if (fd >= 0)
        {
            unistd.close(fd);
            return null;
        }
        int errno = Marshal.GetLastPInvokeError();
        string mend = errno is Errno.EACCES or Errno.EPERM ? $"as root: chmod 666 {Device} (udev's default)" : "as root: modprobe tun";
        return ($"{Device}: {Errno.Describe(errno)}", mend);
    }
}
