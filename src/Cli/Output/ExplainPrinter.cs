using System.Text.Json;
using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;

namespace Minirun.Cli.Output;

/// <summary>--explain, --step and --dry-run: the plan as text, then what became of each operation.</summary>
internal sealed class ExplainPrinter(ContainerPlan plan, TextWriter output, bool json, bool steps, bool quietPlan) : Watcher
{
    private const int NameWidth = 26;
    private readonly bool _colours = unistd.isatty(2) == 1 && stdlib.Variable("NO_COLOR") is null;

    public void PrintPlan()
    {
        for (int op = 0; op < plan.Operations.Count && !quietPlan; op++)
            if (json) PrintJson(op, "planned", null, null);
            else PrintOperation(op);
        foreach (Operation operation in plan.LeftOut)
            if (!json) output.WriteLine($"left out: {operation.Name}: now {operation.IfLeftOutText}");
        output.Flush();
    }

    public override void Before(int op)
    {
        if (!steps) return;
        PrintOperation(op);
        output.Write("     Enter to go on: ");
        output.Flush();
        StepInput.AwaitEnter();
    }

    public override void After(int op, ReportKind kind, long nanoseconds)
    {
        string status = kind switch { ReportKind.Skipped => "skipped", ReportKind.FellBack => "fell back", ReportKind.Warning => "warning", _ => "done" };
        if (json) PrintJson(op, status, nanoseconds, null);
        else output.WriteLine($"{Colour(kind == ReportKind.Done ? "32" : "33", status),-9} {op + 1,3} {plan.Operations[op].Name,-NameWidth}{Time(nanoseconds)}");
        output.Flush();
    }

    public override void Failed(int op, string message)
    {
        if (json) PrintJson(op, "failed", null, message);
        else output.WriteLine($"{Colour("31", "failed")}    {op + 1,3} {plan.Operations[op].Name}");
        output.Flush();
    }

    private void PrintOperation(int op)
    {
        Operation operation = plan.Operations[op];
        output.WriteLine($"{op + 1,3} {Colour("1", operation.Name.PadRight(NameWidth))} {Strace.Show(operation)}");
        output.WriteLine($"    {"",-NameWidth} {operation.WhyText}");
    }

    // execve never comes back to be timed.
    private static string Time(long nanoseconds) => nanoseconds == 0 ? "" : $"{nanoseconds / 1000.0,9:F1} µs";

    private string Colour(string code, string text) => _colours ? $"\e[{code}m{text}\e[0m" : text;

    private void PrintJson(int op, string status, long? nanoseconds, string? error)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Operation operation = plan.Operations[op];
            writer.WriteStartObject();
            writer.WriteNumber("operation", op + 1);
            writer.WriteString("name", operation.Name);
            writer.WriteString("status", status);
            if (status == "planned")
            {
                writer.WriteString("call", Strace.Show(operation));
                writer.WriteString("why", operation.WhyText);
                if (operation.IfLeftOutText is { } unsafeNow) writer.WriteString("ifLeftOut", unsafeNow);
            }
            if (nanoseconds is { } time) writer.WriteNumber("microseconds", time / 1000.0);
            if (error is not null) writer.WriteString("error", error);
            writer.WriteEndObject();
        }
        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
