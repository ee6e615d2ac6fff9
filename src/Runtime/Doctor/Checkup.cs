using Minirun.Runtime.Request;

namespace Minirun.Runtime.Doctor;

/// <summary>All probes, in the order in which a start needs what they look at; the last one is a start.</summary>
public static class Checkup
{
    /// <param name="host">Where.</param>
    /// <param name="engines">What the engine knows of: networks, and where to look for <see cref="Leftovers"/>.</param>
    public static IReadOnlyList<Probe> Examine(Host host, IEnumerable<Probe> engines) =>
    [
        .. KernelProbes.Examine(),
        .. NamespaceProbes.Examine(host.Executable),
        .. IdProbes.Examine(host),
        .. MountProbes.Examine(),
        .. CgroupProbes.Examine(),
        .. SecurityProbes.Examine(),
        .. MachineProbes.Examine(host),
        .. engines,
        RunProbe.Examine(host),
    ];

    /// <summary>Whether <c>minirun run</c> will work: nothing that it needs is missing.</summary>
    public static bool WillRun(IEnumerable<Probe> probes) => !probes.Any(probe => probe is { Needed: true, State: ProbeState.Missing });
}
