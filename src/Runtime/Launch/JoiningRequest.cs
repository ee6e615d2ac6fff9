using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>How <c>exec</c> tells fork-news which namespaces to enter by itself, and hears of the process that is inside (<see cref="Joining"/>).</summary>
internal static unsafe class JoiningRequest
{
    /// <summary>What fork-news is to enter by itself, in the memfd that has no plan yet.</summary>
    public static void Write(ContainerPlan plan, int planFd, int reportFd)
    {
        int clone = plan.IndexOf(LaunchStep.CloneAgain);
        Operation? user = plan.Find(LaunchStep.BecomeRoot);
        var joining = new Joining
        {
            PidFd = plan.Spec.JoinedProcess,
            ReportFd = reportFd,
            Uid = user is null ? Joining.NoId : (int)user.A,
            Gid = user is null ? Joining.NoId : (int)user.B,
            HasOomScore = plan.Spec.Oci.Process.OomScoreAdj is null ? 0 : 1,
            OomScore = plan.Spec.Oci.Process.OomScoreAdj ?? 0,
            JoinOp = plan.IndexOf(LaunchStep.Join),
            CloneOp = clone,
            Namespaces = plan.Spec.JoinedFlags,
            NewNamespaces = (ulong)plan.Operations[clone].A,
        };
        LinuxException.Check(syscall(SYS_pwrite64, planFd, (nint)(&joining), sizeof(Joining), 0), "pwrite");
    }

    /// <summary>The pid that it found.</summary>
    public static int Read(int planFd)
    {
        Joining joined = default;
        return (int)syscall(SYS_pread64, planFd, (nint)(&joined), sizeof(Joining), 0) == sizeof(Joining) ? joined.Pid : 0;
    }
}
