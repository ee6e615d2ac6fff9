namespace Minirun.Runtime.Resctrl;

/// <summary>A container's resctrl groups as its state file keeps them.</summary>
public sealed class ResctrlState
{
    /// <summary>The directory of its class of service.</summary>
    public string Group { get; set; } = "";

    /// <summary>The container has it for itself, and we made it: it goes with the container.</summary>
    public bool IsOwn { get; set; }

    /// <summary>The directory of its monitoring group, which is always ours; null when there is none.</summary>
    public string? Monitor { get; set; }
}
