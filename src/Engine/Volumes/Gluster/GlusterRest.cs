using System.Text;
using System.Text.Json;
using Minirun.Engine.Volumes.Plugins;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Gluster;

/// <summary>glusterfs-rest, a service on one of the servers that makes and stops volumes: forms there, JSON back.</summary>
public sealed class GlusterRest
{
    private readonly PluginAddress _address;
    private readonly string _directory;

    /// <param name="address">Where it listens.</param>
    /// <param name="directory">The directory for bricks on each server.</param>
    /// <exception cref="UserError">It is no address.</exception>
    public GlusterRest(string address, string directory)
    {
        _address = PluginAddress.Parse("--rest", address);
        _directory = directory.TrimEnd('/');
    }

    public bool Exists(string volume)
    {
        using JsonDocument answer = Ask("GET", "api/1.0/volumes", []);
        if (answer.RootElement.TryGetProperty("data", out JsonElement all) && all.ValueKind == JsonValueKind.Array)
            foreach (JsonElement one in all.EnumerateArray())
                if (one.TryGetProperty("name", out JsonElement name) && name.GetString() == volume) return true;
        return false;
    }

    /// <summary>With a brick on each server, each with all of it, and started.</summary>
    public void Create(string volume, IReadOnlyList<string> servers)
    {
        string bricks = string.Join(',', servers.Select(server => $"{server}:{_directory}/{volume}"));
        using JsonDocument _ = Ask("POST", $"api/1.0/volume/{volume}",
            Form(("bricks", bricks), ("replica", servers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("transport", "tcp"), ("start", "true"), ("force", "true")));
    }

    public void Stop(string volume)
    {
        using JsonDocument _ = Ask("PUT", $"api/1.0/volume/{volume}/stop", []);
    }

    private static byte[] Form(params (string Name, string Value)[] fields) =>
        Encoding.ASCII.GetBytes(string.Join('&', fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));

    private JsonDocument Ask(string method, string path, byte[] form)
    {
        string head = $"{method} /{path} HTTP/1.1\r\nHost: {_address.Host}\r\nUser-Agent: minirun\r\nContent-Length: "
            + $"{form.Length}\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
        try
        {
            PluginAnswer answer = PluginConnection.Exchange(_address, path, [.. Encoding.ASCII.GetBytes(head), .. form]);
            JsonDocument document = JsonDocument.Parse(answer.Body);
            if (document.RootElement.TryGetProperty("ok", out JsonElement ok) && ok.ValueKind == JsonValueKind.True) return document;
            string error = document.RootElement.TryGetProperty("error", out JsonElement said) ? said.ToString() : $"status {answer.Status}";
            document.Dispose();
            throw new UserError($"{method} {path}: {error}", $"so says the REST service at {_address.Endpoint}");
        }
        catch (Exception error) when (error is LinuxException or FormatException or JsonException or InvalidOperationException)
        {
            throw new UserError(
                $"{method} {path} at {_address.Endpoint}: "
                    + $"{(error is JsonException or InvalidOperationException ? "not the answer of that service" : error.Message)}",
                "--rest URL is glusterfs-rest's");
        }
    }
}
