using System.Text;
using System.Text.Json;
using Minirun.Engine.Logs.Sending;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>Where a plugin listens, from its socket, .spec or .json file.</summary>
/// <param name="Endpoint">unix or tcp.</param>
/// <param name="Host">What stands in the Host header: nothing for a socket, as Docker writes it.</param>
internal sealed record PluginAddress(Endpoint Endpoint, string Host)
{
    public static PluginAddress Socket(string path) => new(new Endpoint("unix", path, 0), "");

    /// <exception cref="UserError">It is of no known form, or wants TLS.</exception>
    public static PluginAddress OfFile(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (path.EndsWith(".spec", StringComparison.Ordinal)) return Parse(path, Encoding.UTF8.GetString(bytes).Trim());
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            if (document.RootElement.TryGetProperty("TLSConfig", out JsonElement tls) && tls.ValueKind == JsonValueKind.Object && UsesTls(tls)) throw NeedsTls(path);
            return Parse(path, document.RootElement.TryGetProperty("Addr", out JsonElement address) ? address.GetString() ?? "" : "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"{path}: not a plugin's description", "{\"Name\": \"NAME\", \"Addr\": \"unix:///PATH\"}");
        }
    }

    private static bool UsesTls(JsonElement tls)
    {
        foreach (JsonProperty property in tls.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.String && property.Value.GetString()!.Length > 0 || property.Value.ValueKind == JsonValueKind.True) return true;
        return false;
    }

    private static PluginAddress Parse(string path, string text)
    {
        if (text.StartsWith("https://", StringComparison.Ordinal)) throw NeedsTls(path);
        // http:// is what tcp:// means.
        if (text.StartsWith("http://", StringComparison.Ordinal)) text = "tcp://" + text[7..].TrimEnd('/');
        Endpoint endpoint = Endpoint.Parse(path, text, ["unix", "tcp"], 80);
        return endpoint.IsLocal ? Socket(endpoint.Host) : new PluginAddress(endpoint, text[6..]);
    }

    private static UserError NeedsTls(string path) => new($"{path}: a plugin behind TLS", "this program is small and static and has no TLS: minirun-images, its sibling, is to speak it; until then let the plugin listen on a unix socket");
}
