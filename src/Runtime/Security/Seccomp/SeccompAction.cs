using Minirun.Linux;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Actions of OCI documents, as what a filter returns (SECCOMP_RET_* of &lt;linux/seccomp.h&gt;).</summary>
internal static class SeccompAction
{
    public const uint KillThread = 0, KillProcess = 0x80000000, Trap = 0x00030000, ErrorNumber = 0x00050000, Notify = 0x7fc00000, Trace = 0x7ff00000, Log = 0x7ffc0000, Allow = 0x7fff0000;

    public const uint NoSuchCall = ErrorNumber | Errno.ENOSYS;

    private const uint Data = 0xffff;

    /// <summary>The number that goes with ERRNO, and to a tracer, is EPERM when none is given.</summary>
    /// <exception cref="UserError">There is no such action.</exception>
    public static uint Read(string action, uint? errnoRet, string path) => action switch
    {
        "SCMP_ACT_ALLOW" => Allow,
        "SCMP_ACT_LOG" => Log,
        "SCMP_ACT_TRACE" => Trace | (errnoRet ?? Errno.EPERM) & Data,
        "SCMP_ACT_NOTIFY" => Notify,
        "SCMP_ACT_ERRNO" => ErrorNumber | (errnoRet ?? Errno.EPERM) & Data,
        "SCMP_ACT_TRAP" => Trap,
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => KillThread,
        "SCMP_ACT_KILL_PROCESS" => KillProcess,
        _ => throw new UserError($"{path}: unknown action '{action}'", "it is one of SCMP_ACT_ALLOW, LOG, TRACE, NOTIFY, ERRNO, TRAP, KILL, KILL_THREAD, KILL_PROCESS"),
    };

    /// <summary>Lets the call be made, or leaves it to somebody who can.</summary>
    public static bool LetsPass(uint verdict) => (verdict & ~Data) is Allow or Log or Trace;
}
