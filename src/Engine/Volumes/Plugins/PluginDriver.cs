using System.Text;
using System.Text.Json;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>A volume plugin of Docker's kind: eight calls as JSON over HTTP. It is activated with the first.</summary>
/// <param name="patience">Seconds in which a connection is tried again.</param>
internal sealed class PluginDriver(string name, PluginAddress address, double patience) : IVolumeDriver
{
    private bool _active;

    public string Name => name;

    public string Scope
    {
        get
        {
            Activate();
            using JsonDocument? answer = Call("VolumeDriver.Capabilities", "{}\n"u8, missing: true);
            bool isGlobal = answer is not null && answer.RootElement.TryGetProperty("Capabilities", out JsonElement all)
                && Text(all, "Scope").Equals("global", StringComparison.OrdinalIgnoreCase);
            return isGlobal ? "global" : "local";
        }
    }

    public void Create(string volume, Dictionary<string, string> options)
    {
        // Docker's order: who has it already is not asked again.
        _ = Scope;
        if (Get(volume) is not null) return;
        Do("VolumeDriver.Create", CreateBody(volume, options));
        if (Get(volume) is null)
            throw new UserError($"volume driver {name}: {volume} was made, and is not there", "the plugin's own log may say why");
    }

    public void Remove(string volume)
    {
        if (Get(volume) is not null) Do("VolumeDriver.Remove", Body(volume, null));
    }

    public string Mount(string volume, string id)
    {
        Activate();
        using JsonDocument? answer = Call("VolumeDriver.Mount", Body(volume, id));
        string path = Text(answer!.RootElement, "Mountpoint");
        if (path.StartsWith('/')) return path;
        Unmount(volume, id);
        throw new UserError($"volume driver {name}: VolumeDriver.Mount: '{path}' is not a mount point", "a plugin gives an absolute path");
    }

    public void Unmount(string volume, string id) => Do("VolumeDriver.Unmount", Body(volume, id));

    public string? Path(string volume)
    {
        Activate();
        using JsonDocument? answer = Call("VolumeDriver.Path", Body(volume, null), missing: true);
        return answer is not null && Text(answer.RootElement, "Mountpoint") is { Length: > 0 } path ? path : null;
    }

    public DriverVolume? Get(string volume)
    {
        Activate();
        // That it is not there is said as an error, in words of the plugin's own.
        using JsonDocument? answer = Call("VolumeDriver.Get", Body(volume, null), missing: true, absent: true);
        return answer is not null && answer.RootElement.TryGetProperty("Volume", out JsonElement it) && it.ValueKind == JsonValueKind.Object
            ? Volume(it)
            : null;
    }

    public List<DriverVolume> List()
    {
        Activate();
        using JsonDocument? answer = Call("VolumeDriver.List", "{}\n"u8, missing: true);
        List<DriverVolume> all = [];
        if (answer is not null && answer.RootElement.TryGetProperty("Volumes", out JsonElement volumes)
            && volumes.ValueKind == JsonValueKind.Array)
            foreach (JsonElement volume in volumes.EnumerateArray())
                if (VolumeNames.IsName(Text(volume, "Name"))) all.Add(Volume(volume));
        return all;
    }

    /// <summary>{"Name":…,"Opts":…}, with the names of options in order, as Go writes maps.</summary>
    internal static byte[] CreateBody(string volume, Dictionary<string, string> options)
    {
        var body = new ByteWriter();
        body.Add("{\"Name\":"u8);
        JsonText.Add(body, volume);
        body.Add(",\"Opts\":"u8);
        if (options.Count == 0) body.Add("null"u8);
        bool first = true;
        foreach (var (key, value) in options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            body.Add(first ? "{"u8 : ","u8);
            JsonText.Add(body, key);
            body.Add(":"u8);
            JsonText.Add(body, value);
            first = false;
        }
        body.Add(options.Count == 0 ? "}\n"u8 : "}}\n"u8);
        return body.Written.ToArray();
    }

    /// <summary>{"Name":…}, or {"Name":…,"ID":…}. Go's encoder ends with a line end.</summary>
    internal static byte[] Body(string volume, string? id)
    {
        var body = new ByteWriter();
        body.Add("{\"Name\":"u8);
        JsonText.Add(body, volume);
        if (id is not null)
        {
            body.Add(",\"ID\":"u8);
            JsonText.Add(body, id);
        }
        body.Add("}\n"u8);
        return body.Written.ToArray();
    }

    private void Activate()
    {
        if (_active) return;
        using JsonDocument? answer = Call("Plugin.Activate", []);
        bool isVolumeDriver = answer!.RootElement.TryGetProperty("Implements", out JsonElement all) && all.ValueKind == JsonValueKind.Array
            && all.EnumerateArray().Any(each => each.ValueKind == JsonValueKind.String && each.GetString() == "VolumeDriver");
        _active = isVolumeDriver
            ? true
            : throw new UserError($"volume driver {name}: the plugin does not implement VolumeDriver", $"it is at {address.Endpoint}");
    }

    private void Do(string call, byte[] body)
    {
        Activate();
        Call(call, body)?.Dispose();
    }

    /// <param name="missing">That it does not know the call (404) gives null.</param>
    /// <param name="absent">An error in words gives null.</param>
    private JsonDocument? Call(string call, ReadOnlySpan<byte> body, bool missing = false, bool absent = false)
    {
        PluginAnswer answer = Exchange(call, body);
        if (answer.Status == 404 && missing) return null;
        string error;
        JsonDocument? document = null;
        try
        {
            document = answer.Body.Length == 0 ? JsonDocument.Parse("{}"u8.ToArray()) : JsonDocument.Parse(answer.Body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException();
            error = Text(document.RootElement, "Err");
            if (answer.Status == 200 && error.Length == 0) return document;
            if (error.Length == 0) error = Encoding.UTF8.GetString(answer.Body).Trim();
        }
        catch (JsonException)
        {
            error = Encoding.UTF8.GetString(answer.Body).Trim();
        }
        document?.Dispose();
        if (absent) return null;
        throw new UserError($"volume driver {name}: {call}: {(error.Length > 0 ? error : $"status {answer.Status}")}",
            $"so says the plugin at {address.Endpoint}");
    }

    private PluginAnswer Exchange(string call, ReadOnlySpan<byte> body)
    {
        var retry = new PluginRetry(patience);
        for (; ; )
            try
            {
                return PluginConnection.Call(address, call, body);
            }
            catch (LinuxException error)
            {
                // Once it has our request, a second one could do the thing twice.
                if (error.Call != "connect" || !retry.Wait())
                    throw new UserError($"volume driver {name}: {error.Message}", "is the plugin running?");
            }
            catch (FormatException error)
            {
                throw new UserError($"volume driver {name}: {call}: a broken answer: {error.Message}", $"from {address.Endpoint}");
            }
    }

    private static DriverVolume Volume(JsonElement it) => new(
        Text(it, "Name"), Text(it, "Mountpoint"),
        it.TryGetProperty("Status", out JsonElement status) && status.ValueKind == JsonValueKind.Object ? status.GetRawText() : null,
        Text(it, "CreatedAt") is { Length: > 0 } created ? created : null);

    private static string Text(JsonElement it, string key) =>
        it.ValueKind == JsonValueKind.Object && it.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
