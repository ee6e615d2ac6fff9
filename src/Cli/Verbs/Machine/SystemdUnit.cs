using System.Globalization;
using System.Text;
using Minirun.Cli.CommandLine;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Machine;

/// <summary>
/// The text of a unit. Its main process is `minirun start --attach`, which stays in the foreground and ends with the container's exit code;
/// what the container writes goes to the journal, too. It tells systemd when the container runs, or is ready. Stopping is minirun's: it
/// knows the container's signal and waits until its monitor is done.
/// </summary>
internal sealed class SystemdUnit(EngineContainer container)
{
    private const int Slack = 60;   // seconds for systemd to wait longer than minirun does

    public required string UnitName { get; init; }

    /// <summary>What the container is called in commands.</summary>
    public required string Reference { get; init; }
    public bool IsNew { get; init; }
    public bool HasHeader { get; init; }
    public required string Policy { get; init; }
    public int? RestartSeconds { get; init; }
    public int? StartSeconds { get; init; }
    public int StopSeconds { get; init; }
    public List<string> Environment { get; init; } = [];
    public List<string> After { get; init; } = [];
    public List<string> Wants { get; init; } = [];
    public List<string> Requires { get; init; } = [];

    public string Write()
    {
        bool root = unistd.geteuid() == 0;
        string minirun = Word(new Host().Executable);
        ContainerConfig config = container.Config;
        var text = new StringBuilder();
        void Line(string key, string value) => text.Append(key).Append('=').Append(Checked(key, value)).Append('\n');
        if (HasHeader) text.Append($"# {UnitName}.service\n# made by minirun {VersionVerb.Number}: minirun generate systemd\n\n");
        text.Append("[Unit]\n");
        Line("Description", $"minirun container {config.Name}");
        Line("Wants", string.Join(' ', Wants.Prepend("network-online.target")));
        Line("After", string.Join(' ', After.Prepend("network-online.target")));
        if (Requires.Count > 0) Line("Requires", string.Join(' ', Requires));
        Line("RequiresMountsFor", $"{Word(container.Paths.Root)} {Word(config.Rootfs)}");
        text.Append("\n[Service]\n");
        Line("Type", Mode == SdNotify.Ignore ? "exec" : "notify");
        // What the container says comes from its monitor.
        if (Mode is SdNotify.Container or SdNotify.Healthy) Line("NotifyAccess", "all");
        if (stdlib.Variable("MINIRUN_ROOT") is { Length: > 0 } place) Line("Environment", Word("MINIRUN_ROOT=" + place, "$"));
        foreach (string variable in Environment) Line("Environment", Word(variable, "$"));
        if (IsNew && config.CreateDirectory.Length > 0) Line("WorkingDirectory", Percent(config.CreateDirectory));
        Line("Restart", Policy);
        if (RestartSeconds is { } pause) Line("RestartSec", Number(pause));
        if (StartSeconds is { } patience) Line("TimeoutStartSec", Number(patience));
        Line("TimeoutStopSec", Number(StopSeconds + Slack));
        // What a container says that was asked to end.
        Line("SuccessExitStatus", Number(128 + SignalName.Parse(config.StopSignal)));
        if (IsNew)
        {
            Line("ExecStartPre", $"{minirun} rm --force --volumes {Word(Reference)}");
            Line("ExecStartPre",
                $"{minirun} create --name={Word(Reference)} {string.Join(' ', CreateCommand(config).Select(word => Word(word)))}");
        }
        Line("ExecStart", $"{minirun} start --attach --sdnotify={Mode} {Word(Reference)}");
        Line("ExecStop", $"{minirun} stop --time {Number(StopSeconds)} {Word(Reference)}");
        if (IsNew) Line("ExecStopPost", $"{minirun} rm --force --volumes {Word(Reference)}");
        text.Append("\n[Install]\n");
        Line("WantedBy", root ? "multi-user.target" : "default.target");
        return text.ToString();
    }

    /// <summary>Most containers say nothing of their readiness: then it is a fact that they run.</summary>
    private string Mode => container.Config.SdNotify ?? SdNotify.Conmon;

    /// <summary>The words that made it, but what is said anew at each start, and variables as they were here.</summary>
    private static IEnumerable<string> CreateCommand(ContainerConfig config)
    {
        RunParser.Parsed parsed = RunParser.Parse([.. config.CreateCommand]);
        foreach (var (flag, value) in parsed.Flags)
        {
            if (flag.Name is "name" or "detach" or "cidfile" or "pidfile") continue;
            bool passed = flag.Name == "env" && !value.Contains('=');
            string? text = passed ? config.Env.Find(variable => variable.StartsWith(value + "=", StringComparison.Ordinal)) : value;
            if (text is not null)
                yield return value == "true" && (flag.Value is null || flag.ValueIsOptional) ? flag.Long : $"{flag.Long}={text}";
        }
        yield return "--";
        foreach (string word in parsed.Words) yield return word;
    }

    /// <summary>
    /// A word as systemd.service(5) and systemd.syntax(7) read it: % and $ are doubled; what is not plain is in quotes, with C's escapes.
    /// </summary>
    internal static string Word(string text, string stays = "")
    {
        bool plain = text.Length > 0;
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            plain &= rune.IsBmp;
            if (!rune.IsBmp)
            {
                word.Append(KernelText.Byte(rune) is { } single ? $"\\x{single:x2}" : rune.ToString());
                continue;
            }
            char c = (char)rune.Value;
            plain &= char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '=' or ':' or ',' or '@' or '+' or '%' or '$';
            if (c is '%' || (c is '$' && !stays.Contains(c))) word.Append(c);
            if (c is '"' or '\\') word.Append('\\');
            if (c < ' ' || c == '\u007f') word.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else if (Output.SafeText.IsOdd(c)) word.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else word.Append(c);
        }
        return plain ? word.ToString() : $"\"{word}\"";
    }

    /// <summary>A line of a unit ends with its line, whatever stands in it: some values have no quotes and no escapes.</summary>
    private static string Checked(string key, string value) =>
        value.Any(char.IsControl) || value.EndsWith('\\')
            ? throw new UserError(
                $"generate systemd: {key}={value}: a control character or a backslash at its end cannot be written in a unit",
                "give another value, or create the container in another directory")
            : value;

    private static string Percent(string text) => text.Replace("%", "%%", StringComparison.Ordinal);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
