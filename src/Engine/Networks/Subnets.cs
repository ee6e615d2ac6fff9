using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Minirun.Engine.Networks.Cni;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>Which addresses networks have.</summary>
public static class Subnets
{
    /// <summary>10.87.0.0/16 is the default's; others get 10.88.N.0/24.</summary>
    internal static IPNetwork Free(NetworkStore? others)
    {
        List<IPNetwork> taken = Routes(ProcFile.Read("/proc/net/route"));
        foreach (CniConfig config in others?.All() ?? []) taken.AddRange(Of(config));
        for (int second = 88; second < 96; second++)
            for (int third = 0; third < 256; third++)
            {
                var candidate = new IPNetwork(new IPAddress([10, (byte)second, (byte)third, 0]), 24);
                if (!taken.Exists(other => other.Contains(candidate.BaseAddress) || candidate.Contains(other.BaseAddress)))
                    return candidate;
            }
        throw new UserError("no free subnet for a network", "give one: --subnet 10.1.2.0/24");
    }

    /// <exception cref="UserError">It is no subnet.</exception>
    internal static IPNetwork Parse(string text, string flag)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out IPAddress? address)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > address.GetAddressBytes().Length * 8)
            throw new UserError($"{flag} {text}: not a subnet", "write it as 10.1.2.0/24");
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> bit % 8);
        var first = new IPAddress(bytes);
        return first.Equals(address)
            ? new IPNetwork(first, length)
            : throw new UserError($"{flag} {text}: the address has bits set behind the first {PortMapping.Number(length)}",
                $"do you mean {first}/{PortMapping.Number(length)}?");
    }

    /// <exception cref="UserError">It is no address, or outside.</exception>
    internal static string Inside(string address, IPNetwork subnet, string flag) =>
        IPAddress.TryParse(address, out IPAddress? ip) && subnet.Contains(ip)
            ? address
            : throw new UserError($"{flag} {address}: not an address of {subnet}", "choose one of that subnet");

    internal static string First(IPNetwork subnet)
    {
        byte[] bytes = subnet.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes).ToString();
    }

    /// <summary>The last that is not the broadcast address.</summary>
    internal static string Last(IPNetwork subnet)
    {
        byte[] bytes = subnet.BaseAddress.GetAddressBytes();
        for (int bit = subnet.PrefixLength; bit < bytes.Length * 8; bit++) bytes[bit / 8] |= (byte)(0x80 >> bit % 8);
        bytes[^1]--;
        return new IPAddress(bytes).ToString();
    }

    /// <summary>The subnets that a configuration names.</summary>
    public static List<IPNetwork> Of(CniConfig config)
    {
        List<IPNetwork> all = [];
        foreach (JsonElement plugin in config.Plugins)
            if (plugin.TryGetProperty("ipam", out JsonElement ipam)) Collect(ipam, all);
        return all;
    }

    /// <summary>The text of /proc/net/route; without the default route.</summary>
    public static List<IPNetwork> Routes(string text)
    {
        List<IPNetwork> all = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || !uint.TryParse(fields[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint destination)
                || !uint.TryParse(fields[7], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint mask) || mask == 0)
                continue;
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, destination & mask);
            all.Add(new IPNetwork(new IPAddress(bytes), System.Numerics.BitOperations.PopCount(mask)));
        }
        return all;
    }

    /// <summary>The text of /proc/net/route; empty: no way out.</summary>
    public static string DefaultGateway(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || fields[1] != "00000000" || fields[7] != "00000000"
                || !uint.TryParse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint gateway) || gateway == 0)
                continue;
            return new IPAddress(gateway).ToString();
        }
        return "";
    }

    private static void Collect(JsonElement element, List<IPNetwork> all)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (JsonElement each in element.EnumerateArray()) Collect(each, all);
        if (element.ValueKind != JsonValueKind.Object) return;
        if (IPNetwork.TryParse(CniConfig.Text(element, "subnet"), out IPNetwork network)) all.Add(network);
        if (element.TryGetProperty("ranges", out JsonElement ranges)) Collect(ranges, all);
    }
}
