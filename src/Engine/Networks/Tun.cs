using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Networks;

/// <summary>The device that both helpers get a container's packets from.</summary>
internal static class Tun
{
    private const string Device = "/dev/net/tun";

    /// <summary>Why it is not for us, and what to do about it; null: it is.</summary>
    public static (string Why, string Mend)? Missing()
    {
        using Fd fd = Fd.TryOpen(Device, fcntl.O_RDWR);
        if (fd.IsOpen) return null;
        int errno = Io.Error;
        string mend = errno is Errno.EACCES or Errno.EPERM ? $"as root: chmod 666 {Device} (udev's default)" : "as root: modprobe tun";
        return ($"{Device}: {Errno.Describe(errno)}", mend);
    }
}
