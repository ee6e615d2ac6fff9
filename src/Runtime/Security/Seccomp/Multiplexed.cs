namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// On 32-bit x86 sockets and System V IPC came as socketcall(2) and ipc(2), whose first argument says which is meant; most have numbers of
/// their own since, and programs use either. A rule is for both. What socketcall is given lies in memory, where no filter can look: of a
/// rule with comparisons the first argument's is lost there, as with libseccomp.
/// </summary>
internal static class Multiplexed
{
    // <linux/net.h> and <linux/ipc.h>, from 1 on.
    private static readonly string[] s_sockets =
    [
        "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom",
            "shutdown",
        "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    private static readonly string[] s_ipc =
    [
        "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "", "msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "", "",
            "shmat", "shmdt", "shmget", "shmctl",
    ];

    public static (string By, uint Which)? Find(string call)
    {
        int at = Array.IndexOf(s_sockets, call);
        if (at >= 0) return ("socketcall", (uint)at + 1);
        at = Array.IndexOf(s_ipc, call);
        return at >= 0 && call.Length > 0 ? ("ipc", (uint)at + 1) : null;
    }

    public static CallRule Rule(CallRule rule, uint which) =>
        rule with {
            Comparisons =
                [new Comparison(0, ComparisonKind.Equal, which, 0), .. Array.FindAll(rule.Comparisons, each => each.Argument != 0)] };
}
