using Minirun.Engine.Records;
using Minirun.Linux;

namespace Minirun.Engine.Parts;

/// <summary>All parts of a container, in the order in which a start prepares them.</summary>
internal static class ContainerParts
{
    private static readonly IContainerPart[] s_all =
    [
        new LogPart(),
        new NetworkPart(),
        new VolumesPart(),
        new CgroupPart(),
        new RuntimePart(),
        new MembersPart(),
        new MemoryPart(),
        new HealthPart(),
    ];

    /// <summary>Up to the moment at which the first process waits to execute the command.</summary>
    public static void Prepare(ContainerStart start)
    {
        foreach (IContainerPart part in s_all)
        {
            if (part.HasStep) start.Flight.Step(part.Name);
            part.Prepare(start);
        }
    }

    public static void Connect(ContainerStart start)
    {
        start.Flight.Step(FlightStep.Connect);
        foreach (IContainerPart part in s_all) part.Connect(start);
    }

    /// <summary>In reverse order. A part that fails keeps none of the others from being released.</summary>
    /// <returns>What could not be released; null: all could.</returns>
    public static string? Release(EngineContainer container, ContainerStart? start = null)
    {
        List<string> said = [];
        for (int i = s_all.Length - 1; i >= 0; i--)
            try
            {
                if (s_all[i].Release(container, start) is { } complaint) said.Add(complaint);
            }
            catch (Exception error)
            {
                said.Add(DotNetError.Describe(error));
            }
        return said.Count > 0 ? string.Join("; ", said) : null;
    }
}
