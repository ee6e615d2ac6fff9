using Minirun.Cli.CommandLine;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci;

/// <summary>The flags before the verb.</summary>
internal static class OciGlobalFlags
{
    public static readonly Flag[] All =
    [
        new("root", '\0', "DIR", "where the containers' states are kept"),
        new("log", '\0', "FILE", "write messages to FILE instead of stderr"),
        new("log-format", '\0', "FORMAT", "text (default) or json"),
        new("log-level", '\0', "LEVEL", "error, warning or debug"),
        new("debug", '\0', null, "write debug messages, too"),
        new("quiet", '\0', null, "with --log: errors there only, not on stderr as well"),
        new("systemd-cgroup", '\0', null, "cgroups by systemd; cgroupsPath is slice:prefix:name"),
        new("cgroup-manager", '\0', "MANAGER", "cgroupfs (default), systemd or disabled"),
        new("rootless", '\0', "BOOL", "pass over cgroup permission errors: true, false or auto (default)"),
        new("criu", '\0', "FILE", "accepted and ignored: there is no checkpointing"),
        new("version", 'v', null, "print the version"),
    ];

    public static void ApplyLog(VerbArguments arguments, OciGlobals globals)
    {
        globals.Log = arguments.Text("log") is { Length: > 0 } log ? CurrentDirectory.FullPath(log) : null;
        globals.Debug = arguments.Has("debug") || arguments.Text("log-level") == "debug";
        globals.Quiet = arguments.Has("quiet");
        string format = arguments.Text("log-format") ?? "text";
        if (format is not ("" or "text" or "json")) throw new UserError($"invalid log-format: {format}", "text or json");
        globals.LogFormat = format == "json" ? "json" : "text";
    }

    public static void Apply(VerbArguments arguments, OciGlobals globals)
    {
        globals.CgroupManager = arguments.Text("cgroup-manager") switch
        {
            null => arguments.Has("systemd-cgroup") ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs,
            "cgroupfs" => CgroupDriver.Cgroupfs,
            "systemd" => CgroupDriver.Systemd,
            "disabled" => CgroupDriver.Disabled,
            var other => throw new UserError($"unknown cgroup manager '{other}'", "cgroupfs, systemd or disabled"),
        };
        globals.Rootless = arguments.Text("rootless") switch
        {
            null or "" or "auto" => null,
            "true" or "1" or "t" => true,
            "false" or "0" or "f" => false,
            var other => throw new UserError($"invalid rootless: {other}", "true, false or auto"),
        };
        // Absolute: the engine's hooks and children may work elsewhere.
        globals.RootIsGiven = arguments.Text("root") is { Length: > 0 };
        globals.Root = arguments.Text("root") is { Length: > 0 } root ? CurrentDirectory.FullPath(root) : StateRoot.Default();
    }
}
