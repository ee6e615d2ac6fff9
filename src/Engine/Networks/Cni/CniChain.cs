using System.Text.Json;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Networks.Cni;

/// <summary>Calls the plugins of a configuration (CNI specification, sections 2 and 4): forwards to add, backwards to delete.</summary>
internal static class CniChain
{
    public const string Interface = "eth0";

    private static readonly string[] s_places = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

    /// <summary>Gives the result of the last.</summary>
    /// <exception cref="UserError">One failed; what those before it made is still there.</exception>
    public static string Add(CniConfig config, CniArguments arguments)
    {
        string? result = null;
        foreach (JsonElement plugin in config.Plugins)
        {
            var (status, output, error) = Call(config, plugin, "ADD", result, arguments);
            if (status != 0) throw Failure(config, plugin, output, error);
            // A plugin that adds nothing may say nothing.
            if (output.Trim().Length == 0) continue;
            result = IsObject(output)
                ? output
                : throw new UserError(
                    $"network {config.Name}: CNI plugin {CniConfig.Text(plugin, "type")}: its result is not a JSON object",
                    "call it by hand: CNI_COMMAND=ADD");
        }
        return result ?? "{}";
    }

    /// <summary>Takes down what <see cref="Add"/> made, all of it or a part. Gives what went wrong.</summary>
    public static List<string> Delete(CniConfig config, CniArguments arguments, string? result)
    {
        List<string> wrong = [];
        if (result is not null && !IsObject(result)) result = null;
        for (int i = config.Plugins.Count - 1; i >= 0; i--)
            try
            {
                var (status, output, error) = Call(config, config.Plugins[i], "DEL", result, arguments);
                if (status != 0) wrong.Add(Failure(config, config.Plugins[i], output, error).Message);
            }
            catch (UserError error)
            {
                wrong.Add(error.Message);
            }
        return wrong;
    }

    /// <summary>All plugins are there.</summary>
    /// <exception cref="UserError">One is not.</exception>
    public static void Require(CniConfig config)
    {
        foreach (JsonElement plugin in config.Plugins) Find(CniConfig.Text(plugin, "type"), config);
    }

    private static (int Status, string Output, string Error) Call(
        CniConfig config, JsonElement plugin, string command, string? previous, CniArguments arguments)
    {
        string path = Find(CniConfig.Text(plugin, "type"), config);
        List<string> environment = [$"CNI_COMMAND={command}", $"CNI_CONTAINERID={arguments.ContainerId}", $"CNI_NETNS={arguments.NetNs}",
            $"CNI_IFNAME={Interface}", $"CNI_PATH={string.Join(':', Places())}", "CNI_ARGS=IgnoreUnknown=1"];
        foreach (string variable in ChildProgram.Environment())
            if (!variable.StartsWith("CNI_", StringComparison.Ordinal) && !variable.StartsWith("PATH=", StringComparison.Ordinal))
                environment.Add(variable);
        // iptables and nft are administrators' programs.
        environment.Add($"PATH={stdlib.Variable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin");
        return HelperProgram.Run(path, [path], config.Input(plugin, previous, arguments), [.. environment]);
    }

    private static string Find(string type, CniConfig config)
    {
        if (type.Length == 0 || type.Contains('/'))
            throw new UserError($"network {config.Name}: '{type}' is not the name of a plugin", $"it is in {config.Path}");
        foreach (string place in Places())
            if (File.Exists($"{place}/{type}")) return $"{place}/{type}";
        throw new UserError($"network {config.Name}: no CNI plugin '{type}' in {string.Join(", ", Places())}",
            "install the package containernetworking-plugins, or set CNI_PATH");
    }

    private static IEnumerable<string> Places() =>
        (stdlib.Variable("CNI_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(s_places)
            .Where(place => place.StartsWith('/'));

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A plugin says what is wrong as JSON, on its output.</summary>
    private static UserError Failure(CniConfig config, JsonElement plugin, string output, string error)
    {
        string text = "";
        try
        {
            using var document = JsonDocument.Parse(output);
            text = CniConfig.Text(document.RootElement, "msg");
            if (CniConfig.Text(document.RootElement, "details") is { Length: > 0 } details) text += ": " + details;
        }
        catch (Exception failed) when (failed is JsonException or InvalidOperationException)
        {
            text = (output + " " + error).Trim();
        }
        string said = text.Length > 0 ? text : "it failed without a word";
        return new UserError($"network {config.Name}: CNI plugin {CniConfig.Text(plugin, "type")}: {said}",
            $"minirun network inspect {config.Name} shows what it was told");
    }
}
