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
        if (fd < 0) throw new UserError($"--net {mode}: {Device}: {Errno.Describe(Marshal.GetLastPInvokeError())}", "modprobe tun; or take --net none or --net host");
        unistd.close(fd);
    }
}
