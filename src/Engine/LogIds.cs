using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine;

/// <summary>Random bytes of the kernel's: .NET's own want OpenSSL, which a static program cannot have.</summary>
internal static unsafe class LogIds
{
    /// <summary>64 hexadecimal digits.</summary>
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[32];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public static void Fill(Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            while (sys_random.getrandom(start, bytes.Length, 0) < 0)
                if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("getrandom", errno);
    }
}
