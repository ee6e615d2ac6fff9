namespace Minirun.Runtime.Cgroups;

/// <summary>Who makes the directories.</summary>
public enum CgroupDriver
{
    /// <summary>minirun itself.</summary>
    Cgroupfs,

    /// <summary>systemd, asked over D-Bus for a scope.</summary>
    Systemd,

    /// <summary>Nobody: the container stays in its caller's.</summary>
    Disabled,
}
