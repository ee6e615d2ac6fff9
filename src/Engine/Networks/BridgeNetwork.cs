using System.Net;
using System.Text;
using System.Text.Json;
using Minirun.Engine.Networks.Cni;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>A bridge of the host's, with addresses for containers: written as a CNI configuration.</summary>
public sealed class BridgeNetwork
{
    private const string Version = "0.4.0", DefaultSubnet = "10.87.0.0/16";

    /// <summary>Null: a free one.</summary>
    public string? Subnet { get; init; }

    /// <summary>Null: the first of the subnet.</summary>
    public string? Gateway { get; init; }

    /// <summary>Addresses are given from this part of it.</summary>
    public string? Range { get; init; }

    /// <summary>No way out of it.</summary>
    public bool Internal { get; init; }

    /// <summary>bridge, or another plugin that makes an interface: macvlan, ipvlan.</summary>
    public string Driver { get; init; } = "bridge";

    /// <summary>Of macvlan and ipvlan: the host's interface.</summary>
    public string? Parent { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    internal static CniConfig Default(EnginePaths paths) =>
        CniConfig.Parse("", new BridgeNetwork { Subnet = DefaultSubnet }.ToJson(NetworkStore.Default, null, paths));

    /// <summary>The name of the host's interface: at most 15 letters (if_nametoindex(3)).</summary>
    private static string Link(string name)
    {
        if (name.Length <= 11) return "mrn-" + name;
        uint hash = 2166136261;
        foreach (char c in name) hash = (hash ^ c) * 16777619;
        return "mrn-" + hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string LeaseRoot(EnginePaths paths) => paths.Run + "/cni";

    /// <summary>Where host-local keeps who has which address.</summary>
    internal static string Leases(EnginePaths paths, string name) => $"{LeaseRoot(paths)}/{name}";

    internal static void RemoveLink(CniConfig config)
    {
        if (config.Driver == "bridge" && CniConfig.Text(config.Plugins[0], "bridge") is { Length: > 0 } link
            && HelperProgram.Find("ip") is { } ip)
            HelperProgram.Run(ip, ["ip", "link", "delete", link]);
    }

    internal string ToJson(string name, NetworkStore? others, EnginePaths paths)
    {
        if (Driver is not ("bridge" or "macvlan" or "ipvlan"))
            throw new UserError($"--driver {Driver}: unknown",
                "bridge, macvlan or ipvlan; any other CNI plugin: put a .conflist into /etc/cni/net.d");
        IPNetwork subnet = Subnet is null ? Subnets.Free(others) : Subnets.Parse(Subnet, "--subnet");
        string gateway = Gateway is null ? Subnets.First(subnet) : Subnets.Inside(Gateway, subnet, "--gateway");
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("cniVersion", Version);
            writer.WriteString("name", name);
            if (Labels.Count > 0)
            {
                // Not of the specification, which lets unknown fields be.
                writer.WriteStartObject("minirunLabels");
                foreach (var (label, value) in Labels) writer.WriteString(label, value);
                writer.WriteEndObject();
            }
            writer.WriteStartArray("plugins");
            writer.WriteStartObject();
            writer.WriteString("type", Driver);
            if (Driver == "bridge")
            {
                writer.WriteString("bridge", Link(name));
                writer.WriteBoolean("isGateway", !Internal);
                writer.WriteBoolean("ipMasq", !Internal);
                writer.WriteBoolean("hairpinMode", true);
            }
            else if (Parent is not null) writer.WriteString("master", Parent);
            writer.WriteStartObject("capabilities");
            writer.WriteBoolean("ips", true);
            writer.WriteEndObject();
            WriteAddresses(writer, subnet, gateway, paths);
            writer.WriteEndObject();
            if (Driver == "bridge")
            {
                if (!Internal) WriteCapable(writer, "portmap", "portMappings");
                writer.WriteStartObject();
                writer.WriteString("type", "firewall");
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private void WriteAddresses(Utf8JsonWriter writer, IPNetwork subnet, string gateway, EnginePaths paths)
    {
        writer.WriteStartObject("ipam");
        writer.WriteString("type", "host-local");
        // Who has which address is forgotten with the machine's start, as the containers are.
        writer.WriteString("dataDir", LeaseRoot(paths));
        if (!Internal)
        {
            writer.WriteStartArray("routes");
            writer.WriteStartObject();
            writer.WriteString("dst",
                subnet.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "::/0" : "0.0.0.0/0");
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        writer.WriteStartArray("ranges");
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("subnet", subnet.ToString());
        if (!Internal) writer.WriteString("gateway", gateway);
        if (Range is not null)
        {
            IPNetwork range = Subnets.Parse(Range, "--ip-range");
            writer.WriteString("rangeStart", Subnets.Inside(Subnets.First(range), subnet, "--ip-range"));
            writer.WriteString("rangeEnd", Subnets.Inside(Subnets.Last(range), subnet, "--ip-range"));
        }
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCapable(Utf8JsonWriter writer, string type, string capability)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteStartObject("capabilities");
        writer.WriteBoolean(capability, true);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
