namespace Minirun.Runtime.State;

/// <summary>runtime.md, "State"; paused is runc's word.</summary>
public enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}
