using Minirun.Linux;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Signals are the same for all programs that we execute: none is blocked, whatever our caller had and we relay, and what .NET (SIGPIPE)
/// and we (SIGXFSZ) ignore does what every program expects of it.
/// </summary>
internal static class ChildSignals
{
    public static void Reset(ScriptWriter script)
    {
        long byDefault = script.Bytes(new byte[32]), none = script.Bytes(new byte[sizeof(ulong)]);
        foreach (int number in (ReadOnlySpan<int>)[signal.SIGPIPE, signal.SIGXFSZ])
            script.Add(0, SYS_rt_sigaction, number, byDefault, 0, sizeof(ulong));
        script.Add(0, SYS_rt_sigprocmask, signal.SIG_SETMASK, none, 0, sizeof(ulong));
    }
}
