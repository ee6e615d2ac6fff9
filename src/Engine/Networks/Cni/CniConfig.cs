using System.Text.Json;
using Minirun.Runtime;

namespace Minirun.Engine.Networks.Cni;

/// <summary>A CNI network configuration: a list of plugins, each called with the result of the one before.</summary>
public sealed class CniConfig
{
    private const string Hint = "see the CNI specification, section 1";

    private const int Deepest = 32;   // it is shown in documents that have their own depth

    private CniConfig(string path, string json, JsonElement root)
    {
        (Path, Json) = (path, json);
        Name = Text(root, "name");
        Version = Text(root, "cniVersion") is { Length: > 0 } version ? version : "0.1.0";
        // A .conf has one plugin, which is the document itself.
        Plugins = root.TryGetProperty("plugins", out JsonElement plugins) ? [.. plugins.EnumerateArray()] : [root];
        if (root.TryGetProperty("minirunLabels", out JsonElement labels))
            foreach (JsonProperty label in labels.EnumerateObject()) Labels[label.Name] = Text(labels, label.Name);
    }

    public string Path { get; }
    public string Json { get; }
    public string Name { get; }
    public string Version { get; }

    /// <summary>Of network create --label.</summary>
    public Dictionary<string, string> Labels { get; } = [];
    internal IReadOnlyList<JsonElement> Plugins { get; }

    /// <summary>A network of ours, written by network create.</summary>
    public bool IsInternal =>
        Plugins.Count > 0 && Plugins[0].TryGetProperty("isGateway", out JsonElement gateway) && gateway.ValueKind == JsonValueKind.False;

    public string Driver => Plugins.Count > 0 ? Text(Plugins[0], "type") : "";

    /// <exception cref="UserError">It is no CNI configuration.</exception>
    public static CniConfig Parse(string path, string json)
    {
        try
        {
            var config = new CniConfig(path, json, Read(json));
            if (config.Name.Length == 0 || config.Name[0] == '.' || config.Name.AsSpan().ContainsAny('/', '\0'))
                throw new UserError($"{path}: no name", "it is what --net takes");
            if (config.Plugins.Count == 0) throw new UserError($"{path}: no plugins", Hint);
            for (int i = 0; i < config.Plugins.Count; i++)
                if (config.Plugins[i].ValueKind != JsonValueKind.Object) throw new UserError($"{path}: plugins[{i}]: not an object", Hint);
            return config;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError(
                $"{path}: no CNI configuration{(error is JsonException { LineNumber: { } line } ? $": line {line + 1}" : "")}", Hint);
        }
    }

    /// <summary>Parsing leaves texts as they are; one with half of a surrogate pair is found out later.</summary>
    /// <exception cref="InvalidOperationException">A text is none.</exception>
    private static JsonElement Read(string json)
    {
        JsonElement root = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Deepest }).RootElement.Clone();
        CheckTexts(root);
        return root;
    }

    private static void CheckTexts(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) element.GetString();
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in element.EnumerateArray()) CheckTexts(item);
        else if (element.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in element.EnumerateObject())
            {
                _ = property.Name.Length;
                CheckTexts(property.Value);
            }
    }

    /// <summary>What one plugin reads: its part, with name, version, what is known at run time, and the result before it.</summary>
    internal byte[] Input(JsonElement plugin, string? previous, CniArguments arguments)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("cniVersion", Version);
            writer.WriteString("name", Name);
            foreach (JsonProperty property in plugin.EnumerateObject())
                if (property.Name is not ("cniVersion" or "name" or "prevResult" or "runtimeConfig" or "capabilities"))
                    property.WriteTo(writer);
            if (plugin.TryGetProperty("capabilities", out JsonElement capabilities)) arguments.Write(writer, capabilities);
            if (previous is not null)
            {
                writer.WritePropertyName("prevResult");
                writer.WriteRawValue(previous);
            }
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    internal static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
