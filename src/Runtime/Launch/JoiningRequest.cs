using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// How fork-news is told which namespaces to enter by itself, and says which process is inside (<see cref="JoiningPlan"/>).
/// </summary>
internal static unsafe class JoiningRequest
{
    /// <summary>Whether a plan needs it: what is executed in a user namespace that exists can be looked into by its root.</summary>
    public static bool IsNeeded(ContainerPlan plan) => plan.Spec.JoinedProcess >= 0 || plan.Spec.Joins(sched.CLONE_NEWUSER);

    /// <summary>Writes it into the memfd that has no plan yet. Gives the descriptors of the namespaces, which fork-news must get.</summary>
    public static List<int> Write(ContainerPlan plan, int planFd, int reportFd)
    {
        var descriptors = new List<int>();
        List<JoiningStep> steps = Steps(plan, descriptors, out List<string> paths);
        var blob = new PlanBlob(sizeof(JoiningPlan) + steps.Count * sizeof(JoiningStep));
        for (int i = 0; i < steps.Count; i++)
        {
            JoiningStep step = steps[i];
            if (step.Path != 0) step.Path = blob.Add(paths[step.Path - 1]);
            blob.Write(sizeof(JoiningPlan) + i * sizeof(JoiningStep), ref step);
        }
        Operation? user = plan.Find(LaunchStep.BecomeRoot);
        var joining = new JoiningPlan
        {
            Length = blob.Length,
            StepCount = steps.Count,
            ReportFd = reportFd,
            Uid = user is null ? JoiningPlan.NoId : (int)user.A,
            Gid = user is null ? JoiningPlan.NoId : (int)user.B,
            HasOomScore = plan.Spec.Oci.Process.OomScoreAdj is null ? 0 : 1,
            OomScore = plan.Spec.Oci.Process.OomScoreAdj ?? 0,
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
            Operation operation = plan.Operations[op];
            switch (operation.Step)
            {
                case LaunchStep.CloneAgain:
                    steps.Add(new() { Kind = JoiningKind.Clone, Op = op, Flags = (ulong)operation.A });
                    break;
                case LaunchStep.EnterRootfs:
                    if (plan.Spec.JoinedRoot > 0) descriptors.Add(plan.Spec.JoinedRoot);
                    paths.Add(operation.Path!);
                    steps.Add(new() { Kind = JoiningKind.Directory, Op = op, Path = paths.Count });
                    break;
                case LaunchStep.OpenSource:
                    paths.Add(operation.Source!.Path);
                    steps.Add(new()
                    {
                        Kind = JoiningKind.Open,
                        Op = op,
                        Fd = operation.Source.Fd,
                        Path = paths.Count,
                        Flags = MountSources.HowToOpen(operation.Source)
                    });
                    break;
            }
        }
        return steps;
    }
}
