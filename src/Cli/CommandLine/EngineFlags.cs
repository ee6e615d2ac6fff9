using System.Globalization;
using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Engine.Records;
using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.CommandLine;

/// <summary>The flags of run and create that only the engine understands, into a container's configuration.</summary>
internal static class EngineFlags
{
    /// <exception cref="UserError">A value that cannot be.</exception>
    public static void Apply(RunOptions options, ContainerConfig config)
    {
        foreach (var (flag, value) in options.Engine ?? []) Apply(flag, value, config);
        // For who makes it again: a unit of systemd.
        config.CreateCommand = [.. OwnWords().SkipWhile(word => word is not ("run" or "create")).Skip(1)];
        config.CreateDirectory = CurrentDirectory.TryPath ?? "/";
        if (config.Health is { Command: "" })
            throw new UserError("--health-interval and its kin: there is no check", "give --health-cmd COMMAND");
        SdNotify.Check(config.SdNotify, config.Health is not null);
        if (config.AutoRemove && config.Restart.Name != "no")
            throw new UserError("conflicting options: --restart and --rm", "a container that is removed cannot be started again");
    }

    /// <summary>.NET's own list loses what is not UTF-8.</summary>
    private static string[] OwnWords()
    {
        string[] words = Environment.GetCommandLineArgs();
        byte[][] bytes = Boot.LastArguments(words.Length);
        return bytes.Length == words.Length ? Array.ConvertAll(bytes, each => KernelText.Decode(each)) : words;
    }

    private static void Apply(string flag, string value, ContainerConfig config)
    {
        switch (flag)
        {
            case "restart": config.Restart = Restart(value); break;
            case "stop-signal": config.StopSignal = StopSignal(value); break;
            case "stop-timeout": config.StopTimeout = Number(value, "--stop-timeout", -1); break;
            case "label": Label(value, config.Labels); break;
            case "log-driver": config.LogDriver = value; break;
            case "log-opt": LogConfig.Add(config.LogOptions, value); break;
            case "volume" or "volume-driver" or "volumes-from": break;   // ContainerVolumes takes them
            case "detach-keys": _ = new DetachKeys(value); break;   // whoever attaches takes them
            case "sdnotify": config.SdNotify = SdNotify.Parse(value); break;
            case "runtime": config.Runtime = value; break;
            case "health-cmd": (config.Health ??= new()).Command = value; break;
            case "health-interval": (config.Health ??= new()).Interval = Values.Duration(value, "--health-interval").TotalSeconds; break;
            case "health-timeout": (config.Health ??= new()).Timeout = Values.Duration(value, "--health-timeout").TotalSeconds; break;
            case "health-start-period":
                (config.Health ??= new()).StartPeriod = Values.Duration(value, "--health-start-period").TotalSeconds;
                break;
            case "health-retries": (config.Health ??= new()).Retries = Number(value, "--health-retries", 1); break;
            default:
                if (!NetworkFlags.Apply(flag, value, new NetworkUse()))
                    throw new UserError($"--{flag}: not known to the engine", "`minirun run --help` lists all flags");
                break;
        }
    }

    internal static string StopSignal(string name) =>
        SignalName.Parse(name) > 0
            ? name
            : throw new UserError($"--stop-signal {name}: no such signal", "a name such as TERM, or a number");

    internal static RestartPolicy Restart(string text)
    {
        string[] parts = text.Split(':', 2);
        var policy = new RestartPolicy { Name = parts[0].Length == 0 ? "no" : parts[0] };
        if (policy.Name is not ("no" or "on-failure" or "always" or "unless-stopped"))
            throw new UserError($"--restart {text}: unknown policy", "no, on-failure[:N], always, unless-stopped");
        if (parts.Length == 2)
            policy.MaximumRetryCount = policy.Name == "on-failure"
                ? Number(parts[1], "--restart", 0)
                : throw new UserError($"--restart {text}: only on-failure has a number", "no, on-failure[:N], always, unless-stopped");
        return policy;
    }

    internal static void Label(string text, Dictionary<string, string> labels)
    {
        int equals = text.IndexOf('=');
        if (equals == 0 || text.Length == 0) throw new UserError($"--label '{text}': no name", "write NAME=VALUE");
        labels[equals < 0 ? text : text[..equals]] = equals < 0 ? "" : text[(equals + 1)..];
    }

    private static int Number(string text, string flag, int least) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new UserError($"{flag} {text}: not a whole number from {least} on",
                $"such as {flag} {(flag == "--restart" ? "on-failure:5" : "10")}");
}
