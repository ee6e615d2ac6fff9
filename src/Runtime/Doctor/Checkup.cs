using Minirun.Runtime.Request;

namespace Minirun.Runtime.Doctor;

/// <summary>All probes, in the order in which a start needs what they look at; the last one is a start.</summary>
public static class Checkup
{
    /// <param name="host">Where.</param>
    /// <param name="leftovers">See <see cref="Leftovers"/>: who keeps containers knows where to look.</param>
    public static IReadOnlyList<Probe> Examine(Host host, IEnumerable<Probe> leftovers) =>
    [
        .. KernelProbes.Examine(),
        .. NamespaceProbes.Examine(host.Executable),
        .. IdProbes.Examine(host),
        .. MountProbes.Examine(),
        .. CgroupProbes.Examine(),
        .. SecurityProbes.Examine(),
        .. MachineProbes.Examine(host),
        .. leftovers,
        RunProbe.Examine(host),
    ];

    /// <summary>Whether <c>minirun run</c> will work: nothing that it needs is missing.</summary>
    public static bool WillRun(IEnumerable<Probe> probes) => !probes.Any(probe => probe is { Needed: true, State: ProbeState.Missing });
}
