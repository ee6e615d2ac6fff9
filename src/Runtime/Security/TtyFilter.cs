using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.Security;

/// <summary>
/// A seccomp program that answers EPERM to the ioctls that push input into a terminal: for containers that hold the caller's own
/// terminal (CVE-2017-5226). The kernel looks at the low 32 bits of the request, so does the filter (CVE-2019-10063).
/// </summary>
public static class TtyFilter
{
    private const uint AUDIT_ARCH_X86_64 = 0xc000003e, AUDIT_ARCH_I386 = 0x40000003;
    private const uint SECCOMP_RET_ALLOW = 0x7fff0000, SECCOMP_RET_ERRNO = 0x00050000;
    private const ushort LD = 0x20, JEQ = 0x15, RET = 0x06;
    private const uint Number = 0, Architecture = 4, SecondArgument = 24;

    /// <summary>The instructions, struct sock_filter each.</summary>
    public static byte[] Program()
    {
        ulong[] code =
        [
            Instruction(LD, Architecture),
            Instruction(JEQ, AUDIT_ARCH_I386, 0, 2),
            Instruction(LD, Number),
            Instruction(JEQ, 54, 4, 8),                  // ioctl of 32-bit programs
            Instruction(JEQ, AUDIT_ARCH_X86_64, 0, 7),
            Instruction(LD, Number),
            Instruction(JEQ, sys_syscall.SYS_ioctl, 1, 0),
            Instruction(JEQ, 0x40000000 | 514, 0, 4),    // ioctl of x32 programs
            Instruction(LD, SecondArgument),
            Instruction(JEQ, termios_.TIOCSTI, 1, 0),
            Instruction(JEQ, termios_.TIOCLINUX, 0, 1),
            Instruction(RET, SECCOMP_RET_ERRNO | Errno.EPERM),
            Instruction(RET, SECCOMP_RET_ALLOW),
        ];
        return MemoryMarshal.AsBytes(code.AsSpan()).ToArray();
    }

    private static ulong Instruction(ushort code, uint k, byte whenTrue = 0, byte whenFalse = 0) =>
        code | (ulong)whenTrue << 16 | (ulong)whenFalse << 24 | (ulong)k << 32;
}
