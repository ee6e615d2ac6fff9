using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Engine.Networks;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Published ports as docker shows them.</summary>
internal static class ContainerPorts
{
    /// <summary>For ps: 0.0.0.0:8080->80/tcp, with neighbours in one: 0.0.0.0:8000-8009->80-89/tcp.</summary>
    public static string Line(IReadOnlyList<PortMapping> ports)
    {
        List<string> parts = [];
        for (int at = 0; at < ports.Count;)
        {
            PortMapping first = ports[at];
            int count = 1;
            while (at + count < ports.Count
                && ports[at + count] == first with { HostPort = first.HostPort + count, ContainerPort = first.ContainerPort + count })
                count++;
            string outside = first.Outside + End(first.HostPort, count),
                inside = Number(first.ContainerPort) + End(first.ContainerPort, count);
            parts.Add($"{outside}->{inside}/{first.Protocol}");
            at += count;
        }
        return string.Join(", ", parts);
    }

    /// <summary>For inspect: 80/tcp, and where that is on the host.</summary>
    /// <param name="anyAddress">What stands for all addresses: 0.0.0.0 of a port that is open, nothing where it is as asked for.</param>
    public static JsonObject Map(IReadOnlyList<PortMapping> ports, string anyAddress)
    {
        var map = new JsonObject();
        foreach (PortMapping port in ports)
        {
            if (map[port.Inside] is not JsonArray places) map[port.Inside] = places = [];
            places.Add(
                (JsonNode)new JsonObject
                {
                    ["HostIp"] = port.HostIp.Length > 0 ? port.HostIp : anyAddress,
                    ["HostPort"] = port.HostPort > 0 ? Number(port.HostPort) : ""
                });
        }
        return map;
    }

    private static string End(int first, int count) => count > 1 ? "-" + Number(first + count - 1) : "";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
