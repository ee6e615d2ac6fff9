using System.Globalization;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>Values of the flags that the engine takes, from their texts.</summary>
internal static class EngineValues
{
    public static HealthCheck Health(RunRequest request) => request.Engine.Config.Health ??= new();

    public static string StopSignal(string name) =>
        SignalName.Parse(name) > 0
            ? name
            : throw new UserError($"--stop-signal {name}: no such signal", "a name such as TERM, or a number");

    public static RestartPolicy Restart(string text)
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

    public static void Label(string text, Dictionary<string, string> labels)
    {
        int equals = text.IndexOf('=');
        if (equals == 0 || text.Length == 0) throw new UserError($"--label '{text}': no name", "write NAME=VALUE");
        labels[equals < 0 ? text : text[..equals]] = equals < 0 ? "" : text[(equals + 1)..];
    }

    public static int Number(string text, string flag, int least) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new UserError($"{flag} {text}: not a whole number from {least} on",
                $"such as {flag} {(flag == "--restart" ? "on-failure:5" : "10")}");
}
