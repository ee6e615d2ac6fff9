using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Network;
using Minirun.Cli.Verbs.Volume;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>inspect</c>: docker's document, as far as there is something to say.</summary>
internal static class ContainerInspect
{
    private static readonly JsonSerializerOptions s_indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Print(VerbArguments words)
    {
        string type = words.Text("type") ?? "";
        if (type is not ("" or "container" or "volume" or "network"))
            throw new UserError($"--type {type}: unknown", "container, volume or network");
        var all = new JsonArray();
        string? format = words.Text("format");
        int status = EachWord.Do(words, word =>
        {
            JsonObject one = Describe(word, type, words.Has("size"));
            if (format is null or "json") all.Add((JsonNode)one);
            else TextOutput.Line(Template.Fill(format, one));
        }, prints: false);
        if (format is null or "json") TextOutput.Line(SafeText.Json(all.ToJsonString(format is null ? s_indented : null)));
        return status;
    }

    /// <summary>Without a type: a container of that name, else a volume, else a network.</summary>
    private static JsonObject Describe(string word, string type, bool size)
    {
        if (type == "volume" || (type.Length == 0 && VolumeVerbs.Has(word) && !Exists(word))) return VolumeVerbs.Describe(word);
        if (type == "network" || (type.Length == 0 && NetworkVerbs.Has(word) && !Exists(word))) return NetworkVerbs.Describe(word);
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, word);
        JsonObject one = Describe(container);
        // The container writes into the directory itself: what is its own there is not known.
        if (size) one["SizeRootFs"] = TreeSize.Of(container.Config.Rootfs);
        return one;
    }

    private static bool Exists(string word)
    {
        try
        {
            ContainerRepair.Find(ContainerStores.Own, word);
            return true;
        }
        catch (UserError)
        {
            return false;
        }
    }

    public static JsonObject Describe(EngineContainer container)
    {
        ContainerConfig config = container.Config;
        ContainerState state = ContainerRepair.State(container);
        string status = LiveStatus.Read(container, state);
        OciSpec oci = Bundle.Read(container.Directory);
        JsonArray mounts = MountList.Of(container, oci);
        var described = new JsonObject
        {
            ["Id"] = config.Id,
            ["Created"] = config.Created,
            ["Path"] = config.Command.Count > 0 ? config.Command[0] : "",
            ["Args"] = List(config.Command.Skip(1)),
            ["State"] = State(state, status),
            ["Image"] = config.Image,
            ["Name"] = "/" + config.Name,
            ["RestartCount"] = state.RestartCount,
            ["Driver"] = "directory",
            ["LogPath"] = config.LogDriver == "json-file" ? container.LogPath : "",
            ["Runtime"] = config.Runtime,
            ["Rootfs"] = config.Rootfs,
            ["BundlePath"] = container.Directory,
            ["HostConfig"] = new JsonObject
            {
                ["NetworkMode"] = config.Network.Mode,
                ["PortBindings"] = NetworkSettings.Bindings(config),
                ["Dns"] = List(config.Network.Dns),
                ["DnsSearch"] = List(config.Network.DnsSearch),
                ["DnsOptions"] = List(config.Network.DnsOptions),
                ["ExtraHosts"] = List(config.Network.AddHosts),
                ["AutoRemove"] = config.AutoRemove,
                ["RestartPolicy"] =
                    new JsonObject { ["Name"] = config.Restart.Name, ["MaximumRetryCount"] = config.Restart.MaximumRetryCount },
                ["LogConfig"] = new JsonObject { ["Type"] = config.LogDriver, ["Config"] = Map(config.LogOptions) },
                ["Runtime"] = config.Runtime,
            },
            ["Mounts"] = mounts,
            ["Config"] = new JsonObject
            {
                ["Hostname"] = config.Hostname,
                ["Tty"] = config.Tty,
                ["OpenStdin"] = config.OpenStdin,
                ["Env"] = List(config.Env),
                ["Cmd"] = List(config.Command),
                ["Image"] = config.Image,
                ["Labels"] = Map(config.Labels),
                ["StopSignal"] = config.StopSignal,
                ["StopTimeout"] = config.StopTimeout,
                ["sdNotifyMode"] = config.SdNotify ?? SdNotify.Container,
                ["CreateCommand"] = List(config.CreateCommand),
            },
            ["NetworkSettings"] = NetworkSettings.Describe(config, state.Pid > 0 ? NetworkRecord.Of(container) : null),
        };
        HostConfig.Add((JsonObject)described["HostConfig"]!, config, oci, mounts);
        if (config.Health is { } health)
            described["Config"]!["Healthcheck"] = new JsonObject
            {
                ["Test"] = new JsonArray("CMD-SHELL", health.Command),
                ["Interval"] = health.Interval,
                ["Timeout"] = health.Timeout,
                ["StartPeriod"] = health.StartPeriod,
                ["Retries"] = health.Retries
            };
        return described;
    }

    private static JsonObject State(ContainerState state, string status)
    {
        var described = new JsonObject
        {
            ["Status"] = status,
            ["Running"] = status is ContainerState.Running or ContainerState.Paused or ContainerState.Restarting,
            ["Paused"] = status == ContainerState.Paused,
            ["Restarting"] = status == ContainerState.Restarting,
            ["OOMKilled"] = state.OomKilled,
            ["Dead"] = false,
            ["Pid"] = state.Pid,
            ["ConmonPid"] = state.MonitorPid,
            ["ExitCode"] = state.ExitCode,
            ["Cause"] = state.Cause,
            ["Error"] = state.Error,
            ["StartedAt"] = state.StartedAt.Length > 0 ? state.StartedAt : Never,
            ["FinishedAt"] = state.FinishedAt.Length > 0 ? state.FinishedAt : Never,
            ["LogLost"] = state.LogLost,
            ["LogTrouble"] = state.LogTrouble ?? "",
        };
        if (state.Health.Length > 0)
            described["Health"] = new JsonObject { ["Status"] = state.Health, ["FailingStreak"] = state.HealthFailures };
        return described;
    }

    /// <summary>Docker's word for a time that has not been.</summary>
    private const string Never = "0001-01-01T00:00:00Z";

    private static JsonArray List(IEnumerable<string> texts)
    {
        var list = new JsonArray();
        foreach (string text in texts) list.Add((JsonNode)JsonValue.Create(text));
        return list;
    }

    private static JsonObject Map(Dictionary<string, string> map)
    {
        var described = new JsonObject();
        foreach (var (name, value) in map) described[name] = value;
        return described;
    }
}
