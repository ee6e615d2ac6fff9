using System.Text;
using System.Text.Json.Nodes;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Life;

/// <summary>
/// The container's own socket in place of the service manager's, in its bundle: it is there in those starts that somebody wants to hear of.
/// A mount of a socket in the file system: one of the abstract names would not be seen in another network namespace.
/// </summary>
internal static class NotifyMount
{
    private const string File = "notify.sock";

    public static string SocketOf(EngineContainer container) => $"{container.Directory}/{File}";

    /// <exception cref="UserError">There is no place for it.</exception>
    public static void Set(EngineContainer container, bool wanted)
    {
        string path = container.Directory + "/config.json";
        byte[] old = Read(container, path);
        if (!wanted && old.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"/{File}\"")) < 0) return;
        JsonNode config = JsonNode.Parse(old)!;
        JsonArray mounts = config["mounts"]!.AsArray(), environment = config["process"]!["env"]!.AsArray();
        const string variable = ServiceManager.Variable + "=";
        for (int i = mounts.Count - 1; i >= 0; i--)
            if (Text(mounts[i]?["source"]) == SocketOf(container)) mounts.RemoveAt(i);
        for (int i = environment.Count - 1; i >= 0; i--)
            if (Text(environment[i]).StartsWith(variable, StringComparison.Ordinal)) environment.RemoveAt(i);
        if (wanted)
        {
            // Its mount point is made in a file system of its own, not in its root's.
            if (!mounts.Any(mount => Text(mount?["destination"]) == "/dev" && Text(mount?["type"]) == "tmpfs"))
                throw new UserError($"container {container.Config.Name}: no place for its {ServiceManager.Variable}: /dev is not its own",
                    "--sdnotify=conmon says that it runs, ignore nothing");
            mounts.Add(
                (JsonNode)new JsonObject { ["destination"] = NotifyMessage.PathInside, ["type"] = "bind", ["source"] = SocketOf(container),
                    ["options"] = new JsonArray("bind", "ro", "nosuid", "nodev", "noexec", "rprivate") });
            environment.Add((JsonNode)(variable + NotifyMessage.PathInside));
        }
        else if (container.Config.Env.Find(entry => entry.StartsWith(variable, StringComparison.Ordinal)) is { } own)
            environment.Add((JsonNode)own);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(config.ToJsonString()));
    }

    private static byte[] Read(EngineContainer container, string path)
    {
        try
        {
            if (AtomicFile.Read(path) is { } bytes) return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Linux.LinuxException)
        {
            // A directory, a link that leads nowhere: as if there were none.
        }
        throw new UserError($"container {container.Config.Name} cannot be started again: {path} is lost",
            $"`minirun rm {container.Config.Name}` removes it: create it again");
    }

    private static string Text(JsonNode? node) => (string?)node ?? "";
}
