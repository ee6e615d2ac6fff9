using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Processes of a container that became our children because the runtime that waited for them was killed. Somebody must collect them when
/// they have ended: a pid namespace does not end before that (pid_namespaces(7)), and the container would never be over.
/// </summary>
internal static class Strays
{
    /// <param name="first">The container's first process, whose status is still wanted.</param>
    public static void Collect(int first) => ChildProgram.WithAll(ours =>
    {
        foreach (int child in ProcFile.Children("/proc/self"))
            if (child != first && !ours.Contains(child)) ChildStatus.Collect(child);
    });
}
