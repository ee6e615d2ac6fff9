using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Container;
using Minirun.Engine;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Runtime.Cgroups;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>info</c>: docker's fields, as far as there is something to say.</summary>
internal static class SystemInfo
{
    public static JsonObject Read()
    {
        ContainerStore store = ContainerStores.Own;
        var states = new Dictionary<string, int>();
        List<EngineContainer> all = ContainerRepair.FindAll(store);
        foreach (EngineContainer container in all)
        {
            string status = LiveStatus.Read(container);
            states[status] = states.GetValueOrDefault(status) + 1;
        }
        int running = states.GetValueOrDefault(ContainerState.Running) + states.GetValueOrDefault(ContainerState.Restarting),
            paused = states.GetValueOrDefault(ContainerState.Paused);
        int cgroups = CgroupVersion.Here;
        bool user = unistd.geteuid() != 0;
        return new JsonObject
        {
            ["Containers"] = all.Count,
            ["ContainersRunning"] = running,
            ["ContainersPaused"] = paused,
            ["ContainersStopped"] = all.Count - running - paused,
            ["ServerVersion"] = VersionVerb.Number,
            ["Driver"] = "directory",
            ["LoggingDriver"] = LogDrivers.Default,
            ["CgroupVersion"] = cgroups == 0 ? "" : cgroups.ToString(CultureInfo.InvariantCulture),
            ["Plugins"] = new JsonObject
            {
                ["Volume"] = List(new VolumeDrivers(store.Paths).All().Select(driver => driver.Name)),
                ["Network"] = List(NetworkModes.Here(store.Paths)),
                ["Log"] = List(LogDrivers.Names),
            },
            ["DefaultRuntime"] = ExecutionDrivers.Builtin,
            ["Runtimes"] = Runtimes(store.Paths),
            ["SecurityOptions"] = List(
                ["name=seccomp,profile=builtin", .. user ? ["name=rootless"] : (string[])[],
                    .. File.Exists("/proc/self/ns/cgroup") ? ["name=cgroupns"] : (string[])[]]),
            ["KernelVersion"] = sys_utsname.Release,
            ["OperatingSystem"] = OperatingSystem(),
            ["OSType"] = "linux",
            ["Architecture"] = Processor.Machine,
            ["NCPU"] = Environment.ProcessorCount,
            ["MemTotal"] = Usage.Machine(),
            ["Name"] = Environment.MachineName,
            ["DockerRootDir"] = store.Paths.Root,
            ["RunDir"] = store.Paths.Run,
            ["SystemTime"] = DateTime.UtcNow.ToString("o", CultureInfo.InvariantCulture),
            ["Warnings"] = List(Warnings(user, cgroups)),
        };
    }

    public static string Text(JsonObject info)
    {
        var text = new StringBuilder();
        void Line(string title, JsonNode? value)
        {
            string words = value is JsonArray list ? string.Join(' ', list) : value?.ToString() ?? "";
            Paragraph.Append(text, Screen.Out, title + ": ", SafeText.Of(words), column: title.Length + 2);
        }
        Line("Containers", info["Containers"]);
        Line(" Running", info["ContainersRunning"]);
        Line(" Paused", info["ContainersPaused"]);
        Line(" Stopped", info["ContainersStopped"]);
        Line("Version", info["ServerVersion"]);
        Line("Storage Driver", info["Driver"]);
        Line("Logging Driver", info["LoggingDriver"]);
        Line("Cgroup Version", info["CgroupVersion"]);
        text.Append("Plugins:\n");
        foreach (var (kind, names) in (JsonObject)info["Plugins"]!) Line(" " + kind, names);
        Line("Runtimes", string.Join(' ', ((JsonObject)info["Runtimes"]!).Select(Runtime)));
        Line("Default Runtime", info["DefaultRuntime"]);
        Line("Security Options", info["SecurityOptions"]);
        Line("Kernel Version", info["KernelVersion"]);
        Line("Operating System", info["OperatingSystem"]);
        Line("Architecture", info["Architecture"]);
        Line("CPUs", info["NCPU"]);
        Line("Total Memory", Amount.Binary((ulong)info["MemTotal"]!));
        Line("Name", info["Name"]);
        Line("Root Dir", info["DockerRootDir"]);
        Line("Run Dir", info["RunDir"]);
        foreach (JsonNode? warning in (JsonArray)info["Warnings"]!) Line("WARNING", warning);
        return text.ToString();
    }

    private static JsonObject Runtimes(EnginePaths paths)
    {
        var runtimes = new JsonObject();
        foreach (var (name, path) in ExecutionDrivers.Here())
            runtimes[name] = new JsonObject { ["path"] = path, ["version"] = ExecutionDrivers.Of(name, paths).Version() ?? "" };
        return runtimes;
    }

    private static string Runtime(KeyValuePair<string, JsonNode?> each) =>
        (string?)each.Value!["version"] is { Length: > 0 } version ? $"{each.Key} ({version})" : each.Key;

    private static string OperatingSystem()
    {
        const string key = "PRETTY_NAME=";
        if (File.Exists("/etc/os-release"))
            foreach (string line in ProcFile.Read("/etc/os-release").Split('\n'))
                if (line.StartsWith(key, StringComparison.Ordinal)) return line[key.Length..].Trim('"', '\'');
        return "unknown";
    }

    private static IEnumerable<string> Warnings(bool user, int cgroups)
    {
        if (cgroups == 0) yield return "no cgroup file system is mounted: no limits, no pause, figures from /proc";
        else if (user && cgroups == 1) yield return "cgroup v1 is root's: no limits and no pause for an ordinary user";
    }

    private static JsonArray List(IEnumerable<string> texts)
    {
        var list = new JsonArray();
        foreach (string text in texts) list.Add((JsonNode)JsonValue.Create(text));
        return list;
    }
}
