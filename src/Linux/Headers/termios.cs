using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>Terminal ioctls of &lt;asm/ioctls.h&gt; and the flags of &lt;termios.h&gt; that raw mode touches.</summary>
public static unsafe class termios_
{
    public const int TCGETS = 0x5401;
    public const int TCSETS = 0x5402;
    public const int TCSETSW = 0x5403;
    public const int TIOCSCTTY = 0x540E;
    public const int TIOCGPGRP = 0x540F;
    public const int TIOCSPGRP = 0x5410;
    public const int TIOCSTI = 0x5412;
    public const int TIOCGWINSZ = 0x5413;
    public const int TIOCSWINSZ = 0x5414;
    public const int TIOCLINUX = 0x541C;
    public const int TIOCSPTLCK = 0x40045431;
    public const int TIOCGPTN = unchecked((int)0x80045430);
    public const int TIOCGPTPEER = 0x5441;

    public const uint IGNBRK = 0x1, BRKINT = 0x2, PARMRK = 0x8, ISTRIP = 0x20, INLCR = 0x40, IGNCR = 0x80, ICRNL = 0x100, IXON = 0x400;
    public const uint OPOST = 0x1, ONLCR = 0x4;
    public const uint ECHO = 0x8, ECHONL = 0x40, ICANON = 0x2, ISIG = 0x1, IEXTEN = 0x8000;
    public const uint CSIZE = 0x30, PARENB = 0x100, CS8 = 0x30;
    public const int VINTR = 0, VQUIT = 1, VMIN = 6, VTIME = 5, VSUSP = 10;

    public const nuint FIONREAD = 0x541B;

    public static int ioctl(int fd, nuint request, void* argument) => LibC.ioctl(fd, (int)request, argument);
}

/// <summary>struct termios as the kernel has it (TCGETS), not glibc's larger one.</summary>
public unsafe struct termios
{
    public uint c_iflag;
    public uint c_oflag;
    public uint c_cflag;
    public uint c_lflag;
    public byte c_line;
    public fixed byte c_cc[19];

    /// <summary>The key for VSUSP and the like.</summary>
    public readonly byte Key(int number) => c_cc[number];

    public void SetKey(int number, byte key) => c_cc[number] = key;
}
