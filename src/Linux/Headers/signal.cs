using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>
/// Constants of &lt;signal.h&gt; and &lt;sys/signalfd.h&gt;: signal(7), signalfd(2). A mask is the kernel's: one bit a signal, 64 bits.
/// </summary>
public static class signal
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGQUIT = 3;
    public const int SIGILL = 4;
    public const int SIGTRAP = 5;
    public const int SIGABRT = 6;
    public const int SIGBUS = 7;
    public const int SIGFPE = 8;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGSEGV = 11;
    public const int SIGUSR2 = 12;
    public const int SIGPIPE = 13;
    public const int SIGXFSZ = 25;
    public const int SIGALRM = 14;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
    public const int SIGSTOP = 19;
    public const int SIGTSTP = 20;
    public const int SIGTTIN = 21;
    public const int SIGTTOU = 22;
    public const int SIGURG = 23;
    public const int SIGWINCH = 28;
    public const int SIGSYS = 31;

    public const int SIG_BLOCK = 0;
    public const int SIG_UNBLOCK = 1;
    public const int SIG_SETMASK = 2;
    public const int SFD_CLOEXEC = fcntl.O_CLOEXEC;
    public const int SFD_NONBLOCK = fcntl.O_NONBLOCK;

    /// <summary>The bit of <paramref name="number"/> in a kernel signal mask.</summary>
    public static ulong Bit(int number) => 1UL << (number - 1);

    public static int kill(int pid, int number) => LibC.kill(pid, number);
}

/// <summary>struct signalfd_siginfo of &lt;sys/signalfd.h&gt;, its first members, padded to its 128 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public struct signalfd_siginfo
{
    public uint ssi_signo;
    public int ssi_errno;
    public int ssi_code;
    public uint ssi_pid;
    public uint ssi_uid;
}
