using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Bundles;

/// <summary><c>process</c> of a document, and the document of <c>exec --process</c>.</summary>
public static class ProcessValidator
{
    /// <param name="process">What is looked at.</param>
    /// <param name="at">Its path: process.</param>
    /// <exception cref="UserError">A value makes no sense.</exception>
    public static void Check(OciProcess process, string at)
    {
        if (process.Args.Count == 0) throw Problem.At(at + ".args", "empty: there is nothing to execute");
        Problem.NoNulls(process.Args, at + ".args");
        Problem.Path(process.Cwd, at + ".cwd");
        CheckEnvironment(process.Env, at + ".env");
        if (process.User.Umask > 0x1ff) throw Problem.At(at + ".user.umask", $"{process.User.Umask} is more than 511, which is octal 777");
        if (process.OomScoreAdj is { } score) Problem.Range(score, -1000, 1000, at + ".oomScoreAdj");
        if (process.Capabilities is { } sets) CheckCapabilities(sets, at + ".capabilities");
        CheckRlimits(process.Rlimits, at + ".rlimits");
        if (process.Scheduler is { } scheduler) CheckScheduler(scheduler, at + ".scheduler");
        if (process.IoPriority is { } io)
        {
            Problem.OneOf(io.Class, at + ".ioPriority.class", "class", IoPriority.Class(io.Class) > 0);
            Problem.Range(io.Priority, 0, 7, at + ".ioPriority.priority");
        }
        Problem.List(process.ExecCpuAffinity?.Initial, at + ".execCPUAffinity.initial", "processors");
        Problem.List(process.ExecCpuAffinity?.Final, at + ".execCPUAffinity.final", "processors");
        // A newline would be a second command to AppArmor's file.
        if (process.ApparmorProfile?.IndexOf('\n') >= 0) throw Problem.At(at + ".apparmorProfile", "has a newline");
    }

    private static void CheckEnvironment(List<string> environment, string at)
    {
        Problem.NoNulls(environment, at);
        for (int i = 0; i < environment.Count; i++)
            if (environment[i].IndexOf('=') <= 0) throw Problem.At($"{at}[{i}]", "not NAME=VALUE");
    }

    private static void CheckCapabilities(OciCapabilities sets, string at)
    {
        Problem.NoNulls(sets.Bounding, at + ".bounding");
        Problem.NoNulls(sets.Effective, at + ".effective");
        Problem.NoNulls(sets.Inheritable, at + ".inheritable");
        Problem.NoNulls(sets.Permitted, at + ".permitted");
        Problem.NoNulls(sets.Ambient, at + ".ambient");
    }

    private static void CheckRlimits(List<OciRlimit>? limits, string at)
    {
        for (int i = 0; i < (limits?.Count ?? 0); i++)
        {
            OciRlimit limit = limits![i] ?? throw Problem.At($"{at}[{i}]", "null is not a limit");
            Problem.OneOf(limit.Type, $"{at}[{i}].type", "limit", Rlimits.Names.Contains(limit.Type));
            if (limit.Soft > limit.Hard) throw Problem.At($"{at}[{i}].soft", $"{limit.Soft} is more than the hard limit");
            if (limits.FindIndex(other => other.Type == limit.Type) < i)
                throw Problem.At($"{at}[{i}].type", $"{limit.Type} is there twice");
        }
    }

    private static void CheckScheduler(OciScheduler scheduler, string at)
    {
        Problem.OneOf(scheduler.Policy, at + ".policy", "policy", SchedulerAttributes.Policy(scheduler.Policy) >= 0);
        Problem.Range(scheduler.Nice, -20, 19, at + ".nice");
        bool realTime = scheduler.Policy is "SCHED_FIFO" or "SCHED_RR", deadline = scheduler.Policy == "SCHED_DEADLINE";
        if (scheduler.Priority is { } priority and not 0 && !realTime)
            throw Problem.At(at + ".priority", $"{priority}: only SCHED_FIFO and SCHED_RR have one");
        if (!deadline && (scheduler.Runtime > 0 || scheduler.Deadline > 0 || scheduler.Period > 0))
            throw Problem.At(at + ".runtime", "runtime, deadline and period are for SCHED_DEADLINE only");
        Problem.NoNulls(scheduler.Flags, at + ".flags");
        for (int i = 0; i < (scheduler.Flags?.Count ?? 0); i++)
            Problem.OneOf(scheduler.Flags![i], $"{at}.flags[{i}]", "flag", SchedulerAttributes.Flag(scheduler.Flags[i]) >= 0);
    }
}
