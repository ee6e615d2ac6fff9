using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>Ids of containers.</summary>
public static class RandomId
{
    private const int Bytes = 32;

    /// <summary>64 hexadecimal digits that nobody has.</summary>
    public static unsafe string New()
    {
        byte* bytes = stackalloc byte[Bytes];
        LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_getrandom, (nint)bytes, Bytes, 0), "getrandom");
        return Convert.ToHexStringLower(new ReadOnlySpan<byte>(bytes, Bytes));
    }
}
