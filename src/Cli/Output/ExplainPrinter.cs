using System.Text;
using System.Text.Json;
using Minirun.Plan;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Output;

/// <summary>--explain, --step and --dry-run: the plan as text, then what became of each phase or operation.</summary>
/// <param name="plan">The plan.</param>
/// <param name="fd">Where it is printed: 1 or 2.</param>
/// <param name="mode">None: only what is stepped through.</param>
/// <param name="steps">Each operation waits for a key.</param>
internal sealed class ExplainPrinter(ContainerPlan plan, int fd, ExplainMode mode, bool steps) : Watcher
{
    private const int NameWidth = 26, NumberWidth = 4;

    private readonly Screen _screen = new(fd);
    private readonly PhaseList _phases = new(plan);
    private readonly StepKeys? _keys = steps ? new StepKeys(plan) : null;
    private readonly long[] _spent = new long[plan.Operations.Count];

    // What is stepped through is told operation by operation.
    private readonly bool _inPhases = mode == ExplainMode.Text && !steps;

    public void PrintPlan()
    {
        var text = new StringBuilder();
        if (mode == ExplainMode.Json) for (int op = 0; op < plan.Operations.Count; op++) text.Append(Json(op, "planned", null, null));
        if (mode == ExplainMode.Text) _phases.Describe(text, _screen);
        if (mode == ExplainMode.Full)
            for (int op = 0; op < plan.Operations.Count; op++)
            {
                if (op == 0 || plan.Operations[op].Phase != plan.Operations[op - 1].Phase)
                    _phases.Heading(text, plan.Operations[op].Phase, _screen);
                Describe(text, op);
            }
        if (mode != ExplainMode.Json)
            foreach (Operation operation in plan.LeftOut)
                Wrapped(text, "left out: ", $"{operation.Name}: now {operation.IfLeftOutText}", "left out: ".Length);
        Write(text);
    }

    public override void Started(int pid)
    {
        if (_keys is not null) _keys.Child = pid;
    }

    public override void Before(int op)
    {
        if (_keys is null) return;
        var text = new StringBuilder();
        Describe(text, op);
        Write(text);
        _keys.Await(line => TextOutput.Write(fd, Fitted(line)));
    }

    /// <summary>A line of words is broken between them; a question stands before its answer, and a list has columns: they stay.</summary>
    private string Fitted(string text)
    {
        string words = text.TrimStart(' ');
        bool isLine = words.Length > 1 && words.IndexOf('\n') == words.Length - 1;
        int column = text.Length - words.Length;
        return isLine ? Paragraph.Fit(_screen, text[..column], words[..^1], column) + "\n" : text;
    }

    public override void After(int op, ReportKind kind, long nanoseconds)
    {
        if (op < 0 || op >= _spent.Length) return;
        string status = kind switch
        {
            ReportKind.Skipped => "skipped",
            ReportKind.FellBack => "fell back",
            ReportKind.Warning => "warning",
            _ => "done"
        };
        _spent[op] = nanoseconds;
        var text = new StringBuilder();
        if (mode == ExplainMode.Json) text.Append(Json(op, status, nanoseconds, null));
        else if (!_inPhases) Result(text, status, op + 1, plan.Operations[op].Name, Time(nanoseconds));
        else
        {
            if (kind is ReportKind.FellBack or ReportKind.Warning)
                Result(text, status, _phases.Number(op), $"{_phases.Name(op)}: {plan.Operations[op].Name}", "");
            if (_phases.IsLast(op)) Result(text, "done", _phases.Number(op), _phases.Name(op), Time(_phases.Sum(op, _spent)));
        }
        Write(text);
    }

    public override void Failed(int op, string message)
    {
        var text = new StringBuilder();
        string name = plan.Operations[op].Name;
        if (mode == ExplainMode.Json) text.Append(Json(op, "failed", null, message));
        else if (_inPhases) Result(text, "failed", _phases.Number(op), $"{_phases.Name(op)}: {name}", "");
        else Result(text, "failed", op + 1, name, "");
        Write(text);
    }

    private void Describe(StringBuilder text, int op)
    {
        Operation operation = plan.Operations[op];
        string lead = $"{op + 1,3} {Colour.Paint(Colour.Bold, SafeText.Of(operation.Name).PadRight(NameWidth), _screen.Colours)} ";
        Wrapped(text, lead, operation.Call, NumberWidth + NameWidth + 1);
        Wrapped(text, new string(' ', NumberWidth + NameWidth + 1), operation.WhyText, NumberWidth + NameWidth + 1);
    }

    private void Wrapped(StringBuilder text, string lead, string words, int column) =>
        Paragraph.Append(text, _screen, lead, SafeText.Of(words), column, splits: true);

    private void Result(StringBuilder text, string status, int number, string name, string time)
    {
        string colour = status switch { "done" => Colour.Green, "failed" => Colour.Red, _ => Colour.Yellow };
        text.Append(Colour.Paint(colour, status, _screen.Colours)).Append(' ', Math.Max(0, 9 - status.Length));
        text.Append($" {number,3} {SafeText.Of(name).PadRight(time.Length > 0 ? NameWidth : 0)}{time}\n");
    }

    // execve never comes back to be timed.
    private static string Time(long nanoseconds) => nanoseconds == 0 ? "" : $"{nanoseconds / 1000.0,9:F1} µs";

    private string Json(int op, string status, long? nanoseconds, string? error)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Operation operation = plan.Operations[op];
            writer.WriteStartObject();
            writer.WriteNumber("operation", op + 1);
            writer.WriteString("name", operation.Name);
            writer.WriteString("phase", _phases.Name(op));
            writer.WriteString("status", status);
            if (status == "planned")
            {
                writer.WriteString("call", operation.Call);
                writer.WriteString("why", operation.WhyText);
                if (operation.IfLeftOutText is { } unsafeNow) writer.WriteString("ifLeftOut", unsafeNow);
            }
            if (nanoseconds is { } time) writer.WriteNumber("microseconds", time / 1000.0);
            if (error is not null) writer.WriteString("error", error);
            writer.WriteEndObject();
        }
        return SafeText.Json(Encoding.UTF8.GetString(buffer.ToArray())) + "\n";
    }

    private void Write(StringBuilder text)
    {
        if (text.Length > 0) TextOutput.Write(fd, text.ToString());
    }
}
