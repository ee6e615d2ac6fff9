using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>The device that both helpers get a container's packets from.</summary>
internal static class Tun
{
    private const string Device = "/dev/net/tun";

    /// <exception cref="UserError">It is not there, or not for us.</exception>
    public static void Require(string mode)
    {
        int fd = fcntl.open(Device, fcntl.O_RDWR | fcntl.O_CLOEXEC);
        if (fd >= 0)
        {
            unistd.close(fd);
            return;
        }
        int errno = Marshal.GetLastPInvokeError();
        string mend = errno is Errno.EACCES or Errno.EPERM ? $"as root: chmod 666 {Device} (udev's default)" : "as root: modprobe tun";
        throw new UserError($"--net {mode}: {Device}: {Errno.Describe(errno)}", $"{mend}; or take --net none or --net host");
    }
}
