namespace Minirun.Runtime.Doctor;

/// <summary>How a thing is that was looked at.</summary>
public enum ProbeState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>There in part, or in a second-best way.</summary>
    Degraded,

    /// <summary>Not there.</summary>
    Missing,
}
