using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// How fork-news is told which namespaces to enter by itself, and says which process is inside (<see cref="JoiningPlan"/>).
/// </summary>
internal static unsafe class JoiningRequest
{
    /// <summary>Writes it into the memfd that has no plan yet. Gives the descriptors of the namespaces, which fork-news must get.</summary>
    public static List<int> Write(ContainerPlan plan, int planFd, int reportFd)
    {
        var descriptors = new List<int>();
        List<JoiningStep> steps = Steps(plan, descriptors, out List<string> paths);
        var blob = new PlanBlob(sizeof(JoiningPlan) + steps.Count * sizeof(JoiningStep));
        for (int i = 0; i < steps.Count; i++)
        {
            JoiningStep step = steps[i];
            if (step.Path != 0) step.Path = blob.AddText(paths[step.Path - 1]).Offset;
            blob.Write(sizeof(JoiningPlan) + i * sizeof(JoiningStep), ref step);
        }
        var user = (BecomeRootStep?)plan.Find(LaunchStep.BecomeRoot);
        int? score = plan.ForkNews.OomScore;
        var joining = new JoiningPlan
        {
            Length = blob.Length,
            StepCount = steps.Count,
            ReportFd = reportFd,
            Uid = user is null ? JoiningPlan.NoId : (int)user.Uid,
            Gid = user is null ? JoiningPlan.NoId : (int)user.Gid,
            HasOomScore = score is null ? 0 : 1,
            OomScore = score ?? 0,
        };
        blob.Write(0, ref joining);
        fixed (byte* bytes = blob.ToArray())
            LinuxException.Check(syscall(SYS_pwrite64, planFd, (nint)bytes, blob.Length, 0), "pwrite");
        return descriptors;
    }

    /// <summary>The pid that it found.</summary>
    public static int Read(int planFd)
    {
        JoiningPlan joined = default;
        return (int)syscall(SYS_pread64, planFd, (nint)(&joined), sizeof(JoiningPlan), 0) == sizeof(JoiningPlan) ? joined.Pid : 0;
    }

    private static List<JoiningStep> Steps(ContainerPlan plan, List<int> descriptors, out List<string> paths)
    {
        var steps = new List<JoiningStep>();
        paths = [];
        foreach (var (op, fd, flags) in NamespaceJoin.InOrder(plan))
        {
            steps.Add(new() { Kind = JoiningKind.Enter, Op = op, Fd = fd, Flags = flags });
            descriptors.Add(fd);
        }
        for (int op = 0; op < plan.Operations.Count; op++)
        {
            switch (plan.Operations[op])
            {
                case CloneAgainStep again:
                    steps.Add(new() { Kind = JoiningKind.Clone, Op = op, Flags = again.Namespaces });
                    break;
                case EnterRootfsStep enter:
                    if (enter.Descriptor > 0) descriptors.Add(enter.Descriptor);
                    paths.Add(enter.Path!);
                    steps.Add(new() { Kind = JoiningKind.Directory, Op = op, Path = paths.Count });
                    break;
                case OpenSourceStep { Source: var source }:
                    paths.Add(source.Path);
                    ulong how = MountSources.HowToOpen(source);
                    steps.Add(new() { Kind = JoiningKind.Open, Op = op, Fd = source.Fd, Path = paths.Count, Flags = how });
                    break;
            }
        }
        return steps;
    }
}
