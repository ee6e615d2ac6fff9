using System.Text;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>generate systemd</c>: a unit that runs a container as a service, with podman's flags.</summary>
internal static class GenerateVerb
{
    private static readonly string[] s_policies = ["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];

    public static MinirunVerb Verb() => new("CONTAINER", "print a systemd unit that runs a container", [
        new("name", 'n', null, "use the container's name, not its id"),
        new("files", 'f', null, "write the unit to a file in this directory and print its path"),
        new("new", '\0', null, "create the container at each start and remove it at each stop"),
        new("restart-policy", '\0', "POLICY", "systemd's Restart= (default on-failure)"),
        new("restart-sec", '\0', "SECONDS", "systemd's RestartSec="),
        new("time", 't', "SECONDS", "how long stop waits before it kills (default: the container's own, 10)"),
        new("stop-timeout", '\0', "SECONDS", "the same"),
        new("start-timeout", '\0', "SECONDS", "systemd's TimeoutStartSec="),
        new("env", 'e', "NAME=VALUE", "set a variable for minirun itself") { Repeats = true },
        new("after", '\0', "UNIT", "start after it") { Repeats = true },
        new("wants", '\0', "UNIT", "start it too") { Repeats = true },
        new("requires", '\0', "UNIT", "do not run without it") { Repeats = true },
        new("container-prefix", '\0', "TEXT", "prefix of the unit's name (default container)"),
        new("separator", '\0', "TEXT", "between prefix and name (default -)"),
        new("no-header", '\0', null, "leave out the comment at the top"),
        new("format", '\0', "json", "json: an object with the unit's name and text"),
    ], Execute)
    { Maximum = 1 };

    private static int Execute(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        string policy = words.Text("restart-policy") ?? "on-failure";
        if (!s_policies.Contains(policy)) throw new UserError($"--restart-policy {policy}: unknown", string.Join(", ", s_policies));
        if (words.Text("format") is { } format and not "json") throw new UserError($"--format {format}: unknown", "json");
        foreach (string variable in words.All("env"))
            if (variable.IndexOf('=') < 1) throw new UserError($"--env {variable}: not NAME=VALUE", "such as --env TZ=UTC");
        if (words.Has("new") && container.Config.CreateCommand.Count == 0)
            throw new UserError($"--new: how {container.Config.Name} was made is not known",
                "it is from an older minirun: create it again");
        if (container.Config.AutoRemove && !words.Has("new"))
            throw new UserError($"container {container.Config.Name} is removed when it exits (--rm)",
                "--new creates it again at each start");
        bool named = words.Has("name") || words.Has("new");
        string prefix = words.Text("container-prefix") ?? "container", separator = words.Text("separator") ?? "-";
        string called = words.Has("name") ? container.Config.Name : container.Id;
        string unitName = prefix.Length > 0 ? prefix + separator + called : called;
        if (unitName.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\") >= 0)
            throw new UserError($"'{unitName}': not the name of a unit",
                "letters, digits and :-_.\\ in --container-prefix and --separator");
        string text = new SystemdUnit(container)
        {
            UnitName = unitName,
            Reference = named ? container.Config.Name : container.Id,
            IsNew = words.Has("new"),
            HasHeader = !words.Has("no-header"),
            Policy = policy,
            RestartSeconds = Seconds(words, "restart-sec"),
            StartSeconds = Seconds(words, "start-timeout"),
            StopSeconds = Seconds(words, "time") ?? Seconds(words, "stop-timeout") ?? Math.Max(0, container.Config.StopTimeout),
            Environment = [.. words.All("env")],
            After = [.. words.All("after")],
            Wants = [.. words.All("wants")],
            Requires = [.. words.All("requires")],
        }.Write();
        if (words.Has("files"))
        {
            string path = Path.Combine(CurrentDirectory.Path, unitName + ".service");
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), 0x1a4 /* 0644 */);
            TextOutput.Line(path);
        }
        else if (words.Text("format") is not null) TextOutput.Line(new JsonObject { [unitName] = text }.ToJsonString());
        else TextOutput.Text(Screen.Out.IsTerminal ? SafeText.Lines(text) : text);
        return 0;
    }

    private static int? Seconds(VerbArguments words, string flag) => words.Text(flag) is null ? null : words.Number(flag, 0);
}
