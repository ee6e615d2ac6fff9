using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Plan;

/// <summary>
/// Raising a hard limit and lowering an OOM score take CAP_SYS_RESOURCE in the first user namespace (capabilities(7)), which root has and a
/// child in a user namespace has lost. So fork-news asks its parent, who raises and lowers; what it then sets is within its rights. Where
/// the parent may not either, nothing happens here, and fork-news says what it was refused.
/// </summary>
internal static unsafe class OutsideRights
{
    public static bool AreNeeded(ContainerSpec spec, Host host)
    {
        OciProcess wanted = spec.Oci.Process;
        if (wanted.Rlimits is null && wanted.OomScoreAdj is null) return false;
        if (!spec.Has(sched.CLONE_NEWUSER) && !spec.Joins(sched.CLONE_NEWUSER)) return false;
        if ((host.Capabilities & (1ul << capability.CAP_SYS_RESOURCE)) == 0) return false;
        if (wanted.OomScoreAdj < host.OomScore) return true;
        foreach (OciRlimit limit in wanted.Rlimits ?? [])
            if (limit.Hard > host.HardLimit(Rlimits.Number(limit.Type))) return true;
        return false;
    }

    /// <param name="asked">What the process is to have.</param>
    /// <param name="pid">A child of ours, which waits. It has executed fork-news: before, it may share our memory, and a score goes to all
    /// who share.</param>
    public static void Give(AskForLimitsOp asked, int pid)
    {
        foreach (OciRlimit limit in asked.Limits ?? []) Raise(pid, limit);
        if (asked.OomScore is { } score) Lower(pid, score);
    }

    /// <param name="asked">Has the offsets.</param>
    /// <param name="pid">A child of ours that has made a time namespace for its children, and waits.</param>
    /// <exception cref="LinuxException">They cannot be set.</exception>
    public static void SetClocks(AskForClocksOp asked, int pid) =>
        ProcFile.Write("/proc/" + pid.ToString() + "/timens_offsets", asked.Offsets);

    /// <summary>The hard limit alone, and only upwards: a lower one could be in the way of what comes before the command.</summary>
    private static void Raise(int pid, OciRlimit limit)
    {
        int resource = Rlimits.Number(limit.Type);
        ulong* present = stackalloc ulong[2];
        if (syscall(SYS_prlimit64, pid, resource, 0, (nint)present) < 0 || present[1] >= limit.Hard) return;
        present[1] = limit.Hard;
        syscall(SYS_prlimit64, pid, resource, (nint)present, 0);
    }

    /// <summary>The lowest that the child itself may then set goes down with it (proc_pid_oom_score_adj(5)).</summary>
    private static void Lower(int pid, int score)
    {
        int fd = fcntl.open("/proc/" + pid.ToString() + "/oom_score_adj", fcntl.O_RDWR | fcntl.O_CLOEXEC);
        if (fd < 0) return;
        byte* text = stackalloc byte[16];
        nint length = unistd.pread(fd, text, 16, 0);
        if (length > 0 && int.TryParse(new ReadOnlySpan<byte>(text, (int)length).TrimEnd((byte)'\n'), out int present) && score < present)
            unistd.pwrite(fd, text, Encoding.ASCII.GetBytes(score.ToString(), new Span<byte>(text, 16)), 0);
        unistd.close(fd);
    }
}
