namespace Minirun.Runtime.Plan.Ops;

/// <summary>The steps before fork-news runs: done by minirun (clone, maps) or by the cloned child on its way to execve.</summary>
public enum LaunchStep
{
    None,
    Cgroup,
    LockDevices,
    Clone,
    Join,
    CloneAgain,
    IdMaps,
    MoveDevices,
    EnterRootfs,
    BecomeRoot,
    KeepCapabilities,
    OpenSource,
    MapSource,
    SealProgram,
    Streams,
    ForkNews,
}
