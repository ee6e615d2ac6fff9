using System.Text.Json;

namespace Minirun.Engine.Networks.Cni;

/// <summary>What plugins learn of a container, when they say that they are capable of it.</summary>
internal sealed class CniArguments
{
    public required string ContainerId { get; init; }

    /// <summary>The path of the network namespace.</summary>
    public required string NetNs { get; init; }
    public required IReadOnlyList<PortMapping> Ports { get; init; }
    public string? Ip { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public void Write(Utf8JsonWriter writer, JsonElement capabilities)
    {
        writer.WriteStartObject("runtimeConfig");
        if (Has(capabilities, "portMappings") && Ports.Count > 0)
        {
            writer.WriteStartArray("portMappings");
            foreach (PortMapping port in Ports)
            {
                writer.WriteStartObject();
                writer.WriteNumber("hostPort", port.HostPort);
                writer.WriteNumber("containerPort", port.ContainerPort);
                writer.WriteString("protocol", port.Protocol);
                if (port.HostIp.Length > 0) writer.WriteString("hostIP", port.HostIp);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        if (Has(capabilities, "ips") && Ip is not null) Array(writer, "ips", [Ip]);
        if (Has(capabilities, "aliases") && Aliases.Count > 0) Array(writer, "aliases", Aliases);
        writer.WriteEndObject();
    }

    internal static bool Has(JsonElement capabilities, string name) =>
        capabilities.ValueKind == JsonValueKind.Object && capabilities.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.True;

    private static void Array(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
