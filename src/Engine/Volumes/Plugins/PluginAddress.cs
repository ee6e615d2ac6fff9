using System.Text;
using System.Text.Json;
using Minirun.Engine.Sockets;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>Where a plugin listens, from its socket, .spec or .json file.</summary>
/// <param name="Endpoint">unix or tcp.</param>
/// <param name="Host">What stands in the Host header: nothing for a socket, as Docker writes it.</param>
internal sealed record PluginAddress(Endpoint Endpoint, string Host)
{
    public static PluginAddress Socket(string path) => new(new Endpoint("unix", path, 0), "");

    /// <summary>Null: plain bytes.</summary>
    public TlsOptions? Tls { get; init; }

    /// <exception cref="UserError">It is of no known form.</exception>
    public static PluginAddress OfFile(string path)
    {
        byte[] bytes = RegularFile.Read(path, follow: true) ?? throw new UserError($"{path}: no such file", "it was removed just now");
        if (path.EndsWith(".spec", StringComparison.Ordinal)) return Parse(path, Encoding.UTF8.GetString(bytes).Trim());
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            TlsOptions? tls =
                document.RootElement.TryGetProperty("TLSConfig", out JsonElement config) && config.ValueKind == JsonValueKind.Object
                ? Options(config)
                : null;
            return Parse(path, document.RootElement.TryGetProperty("Addr", out JsonElement address) ? address.GetString() ?? "" : "", tls);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"{path}: not a plugin's description", "{\"Name\": \"NAME\", \"Addr\": \"unix:///PATH\"}");
        }
    }

    /// <summary>Null when nothing in it is set: so Docker's own tools write it.</summary>
    private static TlsOptions? Options(JsonElement config)
    {
        string? File(string name) => TlsOptions.File(config.TryGetProperty(name, out JsonElement value) ? value.GetString() : null);
        var tls = new TlsOptions(File("CAFile"), File("CertFile"), File("KeyFile"),
            config.TryGetProperty("InsecureSkipVerify", out JsonElement skips) && skips.ValueKind == JsonValueKind.True);
        return tls == new TlsOptions(null, null, null, false) ? null : tls;
    }

    /// <param name="path">Where it stands, for messages.</param>
    public static PluginAddress Parse(string path, string text, TlsOptions? tls = null)
    {
        // http:// is what tcp:// means, https:// what it means with a TLSConfig.
        bool isSecure = text.StartsWith("https://", StringComparison.Ordinal);
        if (isSecure || text.StartsWith("http://", StringComparison.Ordinal)) text = "tcp" + text[text.IndexOf(':')..].TrimEnd('/');
        if (isSecure) tls ??= new TlsOptions(null, null, null, false);
        Endpoint endpoint = Endpoint.Parse(path, text, ["unix", "tcp"], tls is null ? 80 : 443);
        if (endpoint.IsLocal) return Socket(endpoint.Host);
        if (tls is not null) TlsRelay.Require(path);
        return new PluginAddress(endpoint, text[6..]) { Tls = tls };
    }
}
