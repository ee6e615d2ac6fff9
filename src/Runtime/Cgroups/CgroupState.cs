namespace Minirun.Runtime.Cgroups;

/// <summary>A container's cgroups as its state file keeps them.</summary>
public sealed class CgroupState
{
    public CgroupDriver Driver { get; set; }

    /// <summary>Directories by controller of version 1; that of version 2 has the empty name.</summary>
    public Dictionary<string, string> Paths { get; set; } = [];

    /// <summary>
    /// Of the directories that we made or found for it, by which they are known again. systemd makes its own anew when it likes to; states
    /// of earlier versions have none.
    /// </summary>
    public Dictionary<string, ulong> Inodes { get; set; } = [];

    /// <summary>systemd's name of the scope.</summary>
    public string? Unit { get; set; }

    /// <summary>The unit belongs to the user's own systemd.</summary>
    public bool UserBus { get; set; }

    /// <summary>Rootless: there are no device rules.</summary>
    public bool InUserNamespace { get; set; }
}
