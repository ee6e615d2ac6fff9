using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>What holds a container's command back.</summary>
internal static unsafe class SecurityProbes
{
    public static IEnumerable<Probe> Examine()
    {
        yield return Probe.Of("no-new-privs", true, Trial.Run(0, script => script.Add(2, SYS_prctl, sys_prctl.PR_SET_NO_NEW_PRIVS, 1)),
            "set-user-ID programs inside gain nothing", "a kernel from 3.5 on");
        yield return Probe.Of("seccomp", false, Filter(), "filters can be set", "a kernel with CONFIG_SECCOMP_FILTER=y");
        yield return Notification();
        yield return Landlock();
        yield return Keyrings();
        yield return TerminalInput();
    }

    private const byte RET = 6;   // BPF_RET | BPF_K

    private static Outcome Filter() => Trial.Run(0, script =>
    {
        byte[] program = [RET, 0, 0, 0, 0, 0, 0xff, 0x7f];   // one struct sock_filter: SECCOMP_RET_ALLOW
        long* filter = stackalloc long[2] { program.Length / 8, script.Bytes(program) };   // struct sock_fprog
        script.Add(2, SYS_prctl, sys_prctl.PR_SET_NO_NEW_PRIVS, 1);
        script.Add(3, SYS_seccomp, seccomp.SECCOMP_SET_MODE_FILTER, 0, script.Bytes(new ReadOnlySpan<byte>(filter, 16)));
    });

    private static Probe Notification()
    {
        uint action = seccomp.SECCOMP_RET_USER_NOTIF;
        return syscall(SYS_seccomp, seccomp.SECCOMP_GET_ACTION_AVAIL, 0, (nint)(&action)) == 0
            ? Probe.Ok("seccomp-notify", false, "system calls can be handed to a supervisor")
            : new Probe("seccomp-notify", false, ProbeState.Missing, $"seccomp: {Errno.Describe(Marshal.GetLastPInvokeError())}",
                "a kernel from 5.0 on");
    }

    private static Probe Landlock()
    {
        nint version = syscall(SYS_landlock_create_ruleset, 0, 0, landlock.LANDLOCK_CREATE_RULESET_VERSION);
        int errno = Marshal.GetLastPInvokeError();
        return version > 0
            ? Probe.Ok("landlock", false, $"ABI {version}")
            : new Probe("landlock", false, ProbeState.Missing, $"landlock_create_ruleset: {Errno.Describe(errno)}",
                errno == Errno.EOPNOTSUPP
                    ? "boot with landlock in the lsm= list of the kernel's command line"
                    : "a kernel from 5.13 on with CONFIG_SECURITY_LANDLOCK=y");
    }

    private static Probe Keyrings()
    {
        Outcome tried = Trial.Run(0, script => script.Add(2, SYS_keyctl, keyctl.KEYCTL_JOIN_SESSION_KEYRING, 0));
        string quota = OwnKeys() is { } keys ? $", {keys} of this user's keys" : "";
        return Probe.Of("keyrings", false, tried, "a session keyring of its own" + quota,
            tried.Error == Errno.EDQUOT
                ? Setting.Fix("kernel.keys.maxkeys", "2000")
                : "a kernel with CONFIG_KEYS=y; in a container, an outer seccomp profile that lets keyctl through");
    }

    /// <summary>Used and allowed keys: the fourth field of our line in /proc/key-users (keyrings(7)).</summary>
    private static string? OwnKeys()
    {
        foreach (string line in Setting.Read("/proc/key-users")?.Split('\n') ?? [])
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 3 && fields[0] == unistd.geteuid() + ":") return fields[3];
        }
        return null;
    }

    private static Probe TerminalInput()
    {
        const string name = "terminal-input", sysctl = "dev.tty.legacy_tiocsti";
        return Setting.Sysctl(sysctl) switch
        {
            "0" => Probe.Ok(name, false, "the kernel lets no program push input into a terminal"),
            "1" => new Probe(name, false, ProbeState.Degraded,
                "programs can push input into their terminal; minirun gives containers one of their own, or pipes",
                Setting.Fix(sysctl, "0")),
            _ => new Probe(name, false, ProbeState.Degraded,
                "this kernel cannot forbid pushing input into a terminal; minirun gives containers one of their own, or pipes",
                "a kernel from 6.2 on"),
        };
    }
}
