using System.Text.Json;
using Minirun.Runtime;

namespace Minirun.Engine.Networks.Cni;

/// <summary>What a configuration gave a container, in any version of the specification.</summary>
internal sealed class CniResult
{
    public string Address { get; private init; } = "";
    public int PrefixLength { get; private init; }
    public string Gateway { get; private init; } = "";
    public string Mac { get; private init; } = "";
    public List<string> Nameservers { get; } = [];

    /// <exception cref="UserError">It is no result.</exception>
    public static CniResult Parse(string json)
    {
        try
        {
            return Read(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError("the CNI plugins gave no result", "see the CNI specification, section 5");
        }
    }

    private static CniResult Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        string address = "", gateway = "", mac = "";
        foreach (JsonElement ip in Array(root, "ips"))
            if (address.Length == 0)
                (address, gateway) = (CniConfig.Text(ip, "address"), CniConfig.Text(ip, "gateway"));
        // Version 0.2 and before.
        if (address.Length == 0 && root.TryGetProperty("ip4", out JsonElement four))
            (address, gateway) = (CniConfig.Text(four, "ip"), CniConfig.Text(four, "gateway"));
        foreach (JsonElement each in Array(root, "interfaces"))
            if (CniConfig.Text(each, "sandbox").Length > 0) mac = CniConfig.Text(each, "mac");
        string[] parts = address.Split('/');
        var result = new CniResult
        {
            Address = parts[0],
            PrefixLength =
                parts.Length > 1 && int.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out int length) ? length : 0,
            Gateway = gateway,
            Mac = mac
        };
        if (root.TryGetProperty("dns", out JsonElement dns))
            foreach (JsonElement server in Array(dns, "nameservers")) result.Nameservers.Add(server.GetString() ?? "");
        return result;
    }

    private static JsonElement.ArrayEnumerator Array(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : default;
}
