using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>A container as its runtime knows it.</summary>
/// <param name="Status">A word of <see cref="OciState"/>.</param>
/// <param name="Pid">Its first process; 0: it has ended.</param>
/// <param name="StartTime">When that began, in clock ticks since boot: with it the pid is nobody else's.</param>
public sealed record ContainerInfo(string Status, int Pid, ulong StartTime)
{
    public bool IsPaused => Status == OciState.Paused;

    /// <summary>Its command was executed and has not ended.</summary>
    public bool Runs => Status is OciState.Running or OciState.Paused;
}
