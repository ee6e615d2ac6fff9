using System.Text;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Cli.Output;

/// <summary>The phases that a plan has, in their order, and which operations are in each.</summary>
internal sealed class PhaseList
{
    private const int Column = 15, Usual = 80;

    private readonly ContainerPlan _plan;
    private readonly List<Phase> _phases;

    public PhaseList(ContainerPlan plan)
    {
        _plan = plan;
        _phases = [.. plan.Operations.Select(operation => operation.Phase).Distinct()];
    }

    public int Number(int op) => _phases.IndexOf(_plan.Operations[op].Phase) + 1;

    public string Name(int op) => Phases.Describe(_plan.Operations[op].Phase).Name;

    /// <summary>Whether no later operation is in the same phase.</summary>
    public bool IsLast(int op) => !_plan.Operations.Skip(op + 1).Any(later => later.Phase == _plan.Operations[op].Phase);

    /// <summary>Of all operations of its phase.</summary>
    public long Sum(int op, long[] each) => each.Where((_, at) => _plan.Operations[at].Phase == _plan.Operations[op].Phase).Sum();

    /// <summary>The line above the operations of a phase.</summary>
    public void Heading(StringBuilder text, Phase phase, Screen screen)
    {
        var (name, meaning) = Phases.Describe(phase);
        int width = screen.Columns ?? int.MaxValue;
        bool first = true;
        foreach (string line in HelpPage.Wrap($"{name}: {meaning}", width))
        {
            string painted =
                first ? Colour.Paint(Colour.Bold, line[..(name.Length + 1)], screen.Colours) + line[(name.Length + 1)..] : line;
            text.Append(painted).Append('\n');
            first = false;
        }
    }

    /// <summary>All: number, name, meaning, and below them the names of the operations.</summary>
    public void Describe(StringBuilder text, Screen screen)
    {
        int width = (screen.Columns ?? Usual) - Column;
        foreach (Phase phase in _phases)
        {
            var (name, meaning) = Phases.Describe(phase);
            string lead = $"{_phases.IndexOf(phase) + 1,2} {Colour.Paint(Colour.Bold, name.PadRight(Column - 4), screen.Colours)} ";
            string operations =
                string.Join(", ", _plan.Operations.Where(each => each.Phase == phase).Select(each => SafeText.Of(each.Name)));
            foreach (string line in HelpPage.Wrap(meaning, width).Concat(HelpPage.Wrap(operations, width)))
            {
                text.Append(lead).Append(line).Append('\n');
                lead = new string(' ', Column);
            }
        }
    }
}
