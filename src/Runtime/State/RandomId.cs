using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>Ids out of random bytes of the kernel's: .NET's own want OpenSSL, which a static program cannot have.</summary>
public static unsafe class RandomId
{
    /// <summary>64 hexadecimal digits that nobody has.</summary>
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[32];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>As many bytes as there is room for: no more than 256, which the kernel gives at once.</summary>
    public static void Fill(Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            while (sys_random.getrandom(start, bytes.Length, 0) < 0)
                if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("getrandom", errno);
    }
}
