using Minirun.Linux;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Actions of OCI documents, as what a filter returns (SECCOMP_RET_* of &lt;linux/seccomp.h&gt;).</summary>
internal static class SeccompAction
{
    public const uint KillThread = seccomp.SECCOMP_RET_KILL_THREAD, ErrorNumber = seccomp.SECCOMP_RET_ERRNO,
        Notify = seccomp.SECCOMP_RET_USER_NOTIF, Allow = seccomp.SECCOMP_RET_ALLOW;

    public const uint NoSuchCall = ErrorNumber | Errno.ENOSYS;

    /// <summary>The number that goes with ERRNO, and to a tracer, is EPERM when none is given.</summary>
    /// <exception cref="UserError">There is no such action.</exception>
    public static uint Read(string action, uint? errnoRet, string path) => action switch
    {
        "SCMP_ACT_ALLOW" => Allow,
        "SCMP_ACT_LOG" => seccomp.SECCOMP_RET_LOG,
        "SCMP_ACT_TRACE" => seccomp.SECCOMP_RET_TRACE | (errnoRet ?? Errno.EPERM) & seccomp.SECCOMP_RET_DATA,
        "SCMP_ACT_NOTIFY" => Notify,
        "SCMP_ACT_ERRNO" => ErrorNumber | (errnoRet ?? Errno.EPERM) & seccomp.SECCOMP_RET_DATA,
        "SCMP_ACT_TRAP" => seccomp.SECCOMP_RET_TRAP,
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => KillThread,
        "SCMP_ACT_KILL_PROCESS" => seccomp.SECCOMP_RET_KILL_PROCESS,
        _ => throw new UserError($"{path}: unknown action '{action}'",
            "it is one of SCMP_ACT_ALLOW, LOG, TRACE, NOTIFY, ERRNO, TRAP, KILL, KILL_THREAD, KILL_PROCESS"),
    };

    /// <summary>Lets the call be made, or leaves it to somebody who can.</summary>
    public static bool LetsPass(uint verdict) =>
        (verdict & ~seccomp.SECCOMP_RET_DATA) is Allow or seccomp.SECCOMP_RET_LOG or seccomp.SECCOMP_RET_TRACE;
}
