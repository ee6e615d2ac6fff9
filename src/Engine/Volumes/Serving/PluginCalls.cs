using System.Text;
using System.Text.Json;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Serving;

/// <summary>The calls of Docker's volume plugins, done by a driver of ours: a status of HTTP and JSON.</summary>
internal static class PluginCalls
{
    public static (int Status, byte[] Body) Answer(IVolumeDriver driver, PluginRequest request)
    {
        try
        {
            using JsonDocument body = JsonDocument.Parse(request.Body.Length == 0 ? "{}"u8.ToArray() : request.Body);
            return Do(driver, request.Call, body.RootElement) is { } answer ? (200, answer) : (404, "404 page not found\n"u8.ToArray());
        }
        catch (Exception error)
            when (error is UserError or LinuxException or IOException or UnauthorizedAccessException or JsonException
                or InvalidOperationException)
        {
            var said = new ByteWriter();
            said.Add("{\"Err\":"u8);
            JsonText.Add(said,
                error is JsonException or InvalidOperationException ? "not what this call takes" : DotNetError.Describe(error));
            said.Add("}\n"u8);
            return (500, said.Written.ToArray());
        }
    }

    /// <summary>Null: no such call.</summary>
    private static byte[]? Do(IVolumeDriver driver, string call, JsonElement body)
    {
        switch (call)
        {
            case "Plugin.Activate": return "{\"Implements\":[\"VolumeDriver\"]}\n"u8.ToArray();
            case "VolumeDriver.Capabilities": return Encoding.UTF8.GetBytes($"{{\"Capabilities\":{{\"Scope\":\"{driver.Scope}\"}}}}\n");
            case "VolumeDriver.Create": driver.Create(Name(body), Options(body)); break;
            case "VolumeDriver.Remove": driver.Remove(Name(body)); break;
            case "VolumeDriver.Unmount": driver.Unmount(Name(body), Text(body, "ID")); break;
            case "VolumeDriver.Mount": return Mountpoint(driver.Mount(Name(body), Text(body, "ID")));
            case "VolumeDriver.Path": return Mountpoint(driver.Path(Name(body)) ?? "");
            case "VolumeDriver.Get":
                var one = new ByteWriter();
                one.Add("{\"Volume\":"u8);
                Add(one, driver.Get(Name(body)) ?? throw UserError.AsRunc("no such volume"));
                one.Add(",\"Err\":\"\"}\n"u8);
                return one.Written.ToArray();
            case "VolumeDriver.List": return List(driver.List());
            default: return null;
        }
        return "{\"Err\":\"\"}\n"u8.ToArray();
    }

    private static byte[] List(List<DriverVolume> volumes)
    {
        var all = new ByteWriter();
        all.Add("{\"Volumes\":["u8);
        for (int i = 0; i < volumes.Count; i++)
        {
            if (i > 0) all.Add((byte)',');
            Add(all, volumes[i]);
        }
        all.Add("],\"Err\":\"\"}\n"u8);
        return all.Written.ToArray();
    }

    private static byte[] Mountpoint(string path)
    {
        var answer = new ByteWriter();
        answer.Add("{\"Mountpoint\":"u8);
        JsonText.Add(answer, path);
        answer.Add(",\"Err\":\"\"}\n"u8);
        return answer.Written.ToArray();
    }

    private static void Add(ByteWriter output, DriverVolume volume)
    {
        output.Add("{\"Name\":"u8);
        JsonText.Add(output, volume.Name);
        output.Add(",\"Mountpoint\":"u8);
        JsonText.Add(output, volume.Mountpoint);
        output.Add(",\"Status\":"u8);
        output.Add(Encoding.UTF8.GetBytes(volume.Status ?? "{}"));
        output.Add((byte)'}');
    }

    /// <summary>It becomes part of paths: it is what we take for a name, or nothing.</summary>
    private static string Name(JsonElement body)
    {
        string name = Text(body, "Name");
        VolumeNames.Check(name);
        return name;
    }

    private static string Text(JsonElement body, string key) =>
        body.TryGetProperty(key, out JsonElement value) ? value.GetString() ?? "" : "";

    private static Dictionary<string, string> Options(JsonElement body)
    {
        Dictionary<string, string> options = [];
        if (body.TryGetProperty("Opts", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty option in given.EnumerateObject()) options[option.Name] = option.Value.ToString();
        return options;
    }
}
