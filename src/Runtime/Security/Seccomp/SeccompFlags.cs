using Minirun.Linux;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>SECCOMP_FILTER_FLAG_* of &lt;linux/seccomp.h&gt;.</summary>
internal static class SeccompFlags
{
    /// <summary>
    /// The flags of a document. Without any: SPEC_ALLOW, as Docker's engine has it, so that a filter does not switch on a mitigation that
    /// slows the whole process down (only kernels before 5.16 do).
    /// </summary>
    /// <exception cref="UserError">There is no such flag.</exception>
    public static uint Read(List<string> names, string path)
    {
        if (names.Count == 0) return seccomp.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        uint flags = 0;
        for (int i = 0; i < names.Count; i++)
            flags |= names[i] switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => seccomp.SECCOMP_FILTER_FLAG_TSYNC,
                "SECCOMP_FILTER_FLAG_LOG" => seccomp.SECCOMP_FILTER_FLAG_LOG,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => seccomp.SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => seccomp.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                _ => throw new UserError($"{path}[{i}]: unknown flag '{names[i]}'",
                    "it is one of SECCOMP_FILTER_FLAG_TSYNC, LOG, SPEC_ALLOW, WAIT_KILLABLE_RECV"),
            };
        return flags;
    }
}
