using System.Globalization;
using System.Text;
using Minirun.Cli.Output;
using Minirun.Engine.Records;
using Minirun.Linux;

namespace Minirun.Cli.Verbs.Container;

/// <summary>A flight record for people. Whatever stands in it, it does nothing to a terminal.</summary>
internal static class FlightReport
{
    private const int NameWidth = 15, OffsetWidth = 14;

    /// <summary>As it is seen on stdout.</summary>
    public static string Of(FlightRecord record)
    {
        ContainerState state = record.State;
        var text = new StringBuilder();
        string first = $"{record.Name} ({record.Id[..Math.Min(12, record.Id.Length)]}): {Summary(record)}";
        Paragraph.Append(text, Screen.Out, "", SafeText.Of(first), 2);
        Field(text, "command", string.Join(' ', record.Command));
        Field(text, "image", record.Image);
        if (state.FailedStep is { } failed && state.Error.Length > 0) Field(text, "failed at", $"{failed}: {Meaning(failed, record)}");
        if (state.Error.Length > 0) Field(text, "error", state.Error);
        if (state.DeniedCall is { } call) Field(text, "denied call", call);
        if (state.MemoryPeak > 0) Field(text, "memory peak", Memory(state));
        if (state.Health.Length > 0) Field(text, "health", state.Health);
        if (state.RestartCount > 0) Field(text, "restarts", state.RestartCount.ToString(CultureInfo.InvariantCulture));
        if (state.Before is { } before)
            Field(text, "run before", $"{Ended(before.Cause, before.ExitCode, before.Signal)}{After(before.StartedAt, before.FinishedAt)}");
        if (state.LogLost > 0)
            Field(text, "log", $"{state.LogLost} lines were lost{(state.LogTrouble is { } trouble ? ": " + trouble : "")}");
        if (record.Removed.Length > 0) Field(text, "removed", record.Removed);
        foreach (string hint in FlightHints.Of(record)) Field(text, "hint", hint);
        Steps(text, record);
        Lines(text, record);
        return text.ToString();
    }

    /// <summary>The answer in a sentence.</summary>
    public static string Summary(FlightRecord record)
    {
        ContainerState state = record.State;
        if (state.Status == ContainerState.Created) return state.Error.Length > 0 ? "could not be started" : "made, and never started";
        if (state.Status == ContainerState.Running) return "running" + (state.Before is null ? "" : ", started again");
        if (state.FailedStep is not null && state.Error.Length > 0) return "could not be started";
        string ended = Ended(state.Cause, state.ExitCode, state.Signal) + After(state.StartedAt, state.FinishedAt);
        return (state.Status == ContainerState.Restarting ? "waits for its next start: " : "") + ended
            + (state.Asked ? ", as was asked for" : "");
    }

    private static string Ended(string cause, int code, int signal) => cause switch
    {
        "exit" => $"exited with code {code}",
        "oom" => "killed by the kernel for want of memory",
        "timeout" => "killed, its time was over",
        "seccomp" => "killed for a system call that its filter forbids",
        "signal" => $"ended by {SignalName.Of(signal)}",
        _ => "ended, and nobody saw how",
    };

    private static string After(string started, string finished) =>
        Moment(started) is { } from && Moment(finished) is { } to && to >= from ? $" after {Duration((to - from).TotalMilliseconds)}" : "";

    private static string Memory(ContainerState state) =>
        state.MemoryIsCgroups
            ? Amount.Binary((ulong)state.MemoryPeak) + (state.MemoryLimit > 0 ? $" of {Amount.Binary((ulong)state.MemoryLimit)}" : "")
        : $"at most {Amount.Binary((ulong)state.MemoryPeak)}, its largest process";

    private static void Steps(StringBuilder text, FlightRecord record)
    {
        List<FlightStep> steps = record.State.Steps;
        if (steps.Count == 0) return;
        text.Append("\nlast start, ").Append(Stamp(steps[0].At)).Append('\n');
        for (int i = 0; i < steps.Count; i++)
        {
            FlightStep step = steps[i];
            string lead = ("+" + Duration((step.At - steps[0].At) / 1e6)).PadLeft(OffsetWidth) + "  " + step.Name.PadRight(NameWidth);
            string words = Meaning(step.Name, record);
            // What it took is how long until the next; of a run the summary has that.
            bool isRun = step.Name is FlightStep.Running or FlightStep.Output || step.Name.StartsWith("health", StringComparison.Ordinal);
            if (i + 1 < steps.Count && !isRun) words += ", " + Duration((steps[i + 1].At - step.At) / 1e6);
            if (step.Name == record.State.FailedStep) words += ": failed";
            Paragraph.Append(text, Screen.Out, lead, SafeText.Of(words), lead.Length);
        }
    }

    private static string Meaning(string step, FlightRecord record) => step switch
    {
        FlightStep.Monitor => "its monitor begins",
        FlightStep.Log => $"open the log driver {record.LogDriver}",
        FlightStep.Network => "make the network ready",
        FlightStep.Volumes => "mount volumes",
        FlightStep.Create => $"make the container, by the runtime {record.Runtime}",
        FlightStep.Connect => "connect the network, publish ports",
        FlightStep.Start => "execute the command",
        FlightStep.Running => "it runs",
        FlightStep.Output => "its first output",
        FlightStep.End => "its first process ended",
        FlightStep.CleanUp => "give back what it used",
        _ => "",
    };

    private static void Lines(StringBuilder text, FlightRecord record)
    {
        if (record.Lines.Count == 0) return;
        text.Append("\nlast lines\n");
        foreach (FlightLine line in record.Lines)
            Paragraph.Append(text, Screen.Out, line.Stream == "stderr" ? "  ! " : "  | ", SafeText.Of(line.Text), 4);
    }

    private static void Field(StringBuilder text, string name, string value) =>
        Paragraph.Append(text, Screen.Out, "  " + name.PadRight(NameWidth - 2), SafeText.Of(value), NameWidth);

    private static string Duration(double milliseconds) => milliseconds switch
    {
        < 1000 => milliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 120_000 => (milliseconds / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 7_200_000 => (milliseconds / 60_000).ToString("0", CultureInfo.InvariantCulture) + " min",
        _ => (milliseconds / 3_600_000).ToString("0.0", CultureInfo.InvariantCulture) + " h",
    };

    private static string Stamp(long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime()
            .ToString("yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture);

    private static DateTime? Moment(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out DateTime moment)
            ? moment
            : null;
}
