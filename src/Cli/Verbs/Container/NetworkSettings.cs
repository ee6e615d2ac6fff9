using System.Text.Json.Nodes;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;

namespace Minirun.Cli.Verbs.Container;

/// <summary>The part of <c>inspect</c> about a container's networks, in docker's form.</summary>
internal static class NetworkSettings
{
    /// <param name="record">Null: it does not run.</param>
    public static JsonObject Describe(ContainerConfig config, NetworkRecord? record)
    {
        JsonObject settings = Endpoint(record);
        settings["SandboxKey"] = record?.NetNs ?? "";
        settings["Ports"] = ContainerPorts.Map(record?.Ports ?? [], "0.0.0.0");
        JsonObject network = Endpoint(record);
        var aliases = new JsonArray();
        foreach (string alias in config.Network.Aliases) aliases.Add((JsonNode)JsonValue.Create(alias));
        network["Aliases"] = aliases;
        settings["Networks"] = new JsonObject { [record?.Mode ?? config.Network.Mode] = network };
        return settings;
    }

    /// <summary>What was asked for with -p.</summary>
    public static JsonObject Bindings(ContainerConfig config)
    {
        List<PortMapping> wanted = [];
        foreach (string port in config.Network.Ports) wanted.AddRange(PortMapping.Parse(port));
        return ContainerPorts.Map(wanted, "");
    }

    private static JsonObject Endpoint(NetworkRecord? record)
    {
        string address = record?.Address ?? "", gateway = record?.Gateway ?? "";
        int length = record?.PrefixLength ?? 0;
        bool six = address.Contains(':');
        return new JsonObject
        {
            ["IPAddress"] = six ? "" : address,
            ["IPPrefixLen"] = six ? 0 : length,
            ["Gateway"] = six ? "" : gateway,
            ["GlobalIPv6Address"] = six ? address : "",
            ["GlobalIPv6PrefixLen"] = six ? length : 0,
            ["IPv6Gateway"] = six ? gateway : "",
            ["MacAddress"] = record?.Mac ?? "",
        };
    }
}
