using System.Globalization;
using Minirun.Cli.CommandLine;

namespace Minirun.Cli.ContainerFiles;

/// <summary>Keys of a background container: with one of them the engine starts it, as with the flag that means the same.</summary>
internal static class EngineKeys
{
    /// <summary>Short texts as for -p, or compose's long form.</summary>
    public static void Ports(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Items is not { } ports) throw reader.Error(node, $"{key}: takes a list", "write `- \"8080:80\"` below it");
        foreach (FileNode port in ports)
        {
            if (port.Entries is null)
            {
                reader.Flag("--publish", key, port);
                continue;
            }
            string ip = "", published = "", target = "", protocol = "";
            foreach (var (name, value) in port.Entries)
            {
                string text = reader.Text($"{key}: {name.Text}", value);
                switch (name.Text)
                {
                    case "target": target = text; break;
                    case "published": published = text; break;
                    case "host_ip": ip = text; break;
                    case "protocol": protocol = "/" + text; break;
                    case "name" or "app_protocol" or "mode": break;   // words about it
                    default:
                        throw reader.Error(name, $"{key}: unknown key '{name.Text}'", "the keys are target, published, host_ip, protocol");
                }
            }
            if (target.Length == 0) throw reader.Error(port, $"{key}: no target", "the port that the container listens on");
            string host = ip.Length > 0 ? $"{ip}:{published}:" : published.Length > 0 ? published + ":" : "";
            reader.Flag("--publish", key, port, host + target + protocol);
        }
    }

    /// <summary>A list of names, or a map whose values may have an address and aliases. There is one network for now.</summary>
    public static void Networks(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Entries is not { } networks)
        {
            foreach (FileNode item in reader.Texts(key, node)) reader.Flag("--net", key, item);
            return;
        }
        foreach (var (name, value) in networks)
        {
            reader.Flag("--net", key, name, name.Text!);
            foreach (var (option, wanted) in value.Entries ?? [])
                switch (option.Text)
                {
                    case "ipv4_address": reader.Flag("--ip", key, wanted); break;
                    case "aliases": reader.Each("--network-alias", key, wanted); break;
                    default:
                        throw reader.Error(option, $"{key}: {name.Text}: '{option.Text}' is not supported by this version",
                            "the keys are ipv4_address and aliases");
                }
        }
    }

    /// <summary>A map NAME: VALUE, or a list of NAME and the value with the sign between them.</summary>
    public static Action<ServiceKeys, string, FileNode> Pairs(string flag, char sign) => (reader, key, node) =>
    {
        if (node.Entries is null)
        {
            // compose writes both NAME=ADDRESS and NAME:ADDRESS.
            foreach (FileNode item in reader.Texts(key, node))
                reader.Flag(flag, key, item,
                    sign == ':' && item.Text!.IndexOf('=') is > 0 and var at ? $"{item.Text[..at]}:{item.Text[(at + 1)..]}" : item.Text!);
            return;
        }
        foreach (var (name, value) in node.Entries)
            foreach (FileNode each in value.IsNull ? [value] : reader.Texts($"{key}: {name.Text}", value))
                reader.Flag(flag, key, name, $"{name.Text}{sign}{each.Text}");
    };

    public static void Logging(ServiceKeys reader, string key, FileNode node)
    {
        foreach (var (name, value) in Map(reader, key, node, "write `driver: journald` below it"))
            switch (name.Text)
            {
                case "driver": reader.Flag("--log-driver", key, value); break;
                case "options": Pairs("--log-opt", '=')(reader, $"{key}: options", value); break;
                default: throw reader.Error(name, $"{key}: unknown key '{name.Text}'", "the keys are driver and options");
            }
    }

    public static void Health(ServiceKeys reader, string key, FileNode node)
    {
        var check = Map(reader, key, node, "write `test: COMMAND` below it");
        if (node.Find("disable")?.Text == "true") return;
        foreach (var (name, value) in check)
            switch (name.Text)
            {
                case "test": Test(reader, $"{key}: test", value); break;
                case "interval" or "timeout" or "retries" or "start_period":
                    reader.Flag("--health-" + name.Text.Replace('_', '-'), $"{key}: {name.Text}", value);
                    break;
                case "disable": break;
                default:
                    throw reader.Error(name, $"{key}: '{name.Text}' is not supported by this version",
                        "the keys are test, interval, timeout, retries, start_period, disable");
            }
    }

    /// <summary>A time; the flag takes whole seconds.</summary>
    public static void StopGracePeriod(ServiceKeys reader, string key, FileNode node)
    {
        TimeSpan time = reader.Try(key, node, () => Values.Duration(reader.Text(key, node), key));
        reader.Flag("--stop-timeout", key, node, ((int)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A text is for the shell; [CMD-SHELL, TEXT] too; [CMD, WORD…] is a command; [NONE] is no check.</summary>
    private static void Test(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Items is null)
        {
            reader.Flag("--health-cmd", key, node);
            return;
        }
        List<string> words = [.. reader.Texts(key, node).Select(item => item.Text!)];
        switch (words)
        {
            case ["NONE"]: return;
            case ["CMD-SHELL", var text]: reader.Flag("--health-cmd", key, node, text); return;
            case ["CMD", _, ..]: reader.Flag("--health-cmd", key, node, string.Join(' ', words.Skip(1).Select(ShellWords.Quote))); return;
            default:
                throw reader.Error(node, $"{key}: begins with neither CMD, CMD-SHELL nor NONE",
                    "write [CMD, COMMAND, ARGUMENT] or one text for the shell");
        }
    }

    private static List<(FileNode Key, FileNode Value)> Map(ServiceKeys reader, string key, FileNode node, string hint) =>
        node.Entries ?? throw reader.Error(node, $"{key}: takes a map", hint);
}
