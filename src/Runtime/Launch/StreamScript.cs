using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>The calls by which a child gets the container's stdin, stdout and stderr in the place of its caller's.</summary>
internal static class StreamScript
{
    /// <summary>
    /// Of who joins a container, before it enters anything of that: a cgroup may be frozen, where SIGKILL does not end it on version 1, and
    /// the caller's pipes would wait for it.
    /// </summary>
    public static void LetGoOfCallers(ScriptWriter script, ContainerPlan plan)
    {
        if (plan.Find(LaunchStep.Streams) is StreamsStep { Descriptors: { } streams } step) Replace(script, plan.IndexOf(step), streams);
    }

    /// <summary>Those that are not there are kept.</summary>
    public static void Replace(ScriptWriter script, int op, int[] streams)
    {
        for (int fd = 0; fd < 3; fd++)
            if (streams[fd] >= 0) script.Add(op, SYS_dup3, streams[fd], fd, 0);
    }
}
