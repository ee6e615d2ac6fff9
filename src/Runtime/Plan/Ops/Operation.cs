using Minirun.Plan;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>
/// One small step towards a container: data, until fork-news, or the launcher for the first few (<see cref="LaunchOperation"/>), carries it
/// out. Each kind is a class that says all about it: its arguments by name, how it is encoded, and what people read of it.
/// </summary>
/// <param name="code">What fork-news does; <see cref="OpCode.Launch"/> for what it never sees.</param>
/// <param name="phase">What it is for, together with its neighbours.</param>
/// <param name="step">For what the launcher does: which of its steps this is.</param>
public abstract class Operation(OpCode code, Phase phase, LaunchStep step = LaunchStep.None)
{
    /// <summary>What --explain prints and --without takes.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Why it is done, in one line. <c>{path}</c> and <c>{source}</c> stand for <see cref="Path"/> and <see cref="Subject"/>: texts are
    /// made when somebody reads them.
    /// </summary>
    public required string Why { get; init; }

    /// <summary>What is no longer so when it is left out, with the same stand-ins; null when nothing would work.</summary>
    public string? IfLeftOut { get; init; }

    /// <summary>Where in the file system it works, for messages.</summary>
    public string? Path { get; init; }

    /// <summary>What it was made from: a place in the document of a bundle.</summary>
    public string? Place { get; init; }

    public OpFlags Flags { get; set; }

    public string WhyText => Fill(Why);

    public string? IfLeftOutText => IfLeftOut is null ? null : Fill(IfLeftOut);

    public OpCode Code { get; } = code;

    public Phase Phase { get; } = phase;

    public LaunchStep Step { get; } = step;

    /// <summary>Its calls with their arguments, in the way of strace(1).</summary>
    public abstract string Call { get; }

    /// <summary>What could not be done when it fails: "cannot …".</summary>
    public virtual string Doing => $"do '{Name}'";

    /// <summary>The field of a document that its value comes from, when it has no <see cref="Place"/>.</summary>
    public virtual string? Field => null;

    /// <summary>The operation that this one comes back to, and is left out with.</summary>
    public virtual Operation? Of => null;

    /// <summary>Its number in the plan, from when that is encoded.</summary>
    internal int Index { get; set; }

    /// <summary>What <c>{source}</c> stands for.</summary>
    protected virtual string? Subject => null;

    /// <summary>What to do when the kernel refused it for this reason; null: there is nothing special about it.</summary>
    public virtual string? Hint(int errno, Policy policy) => null;

    /// <summary>Writes the arguments into the plan.</summary>
    internal virtual void Encode(ref PlanOp op, PlanBlob blob)
    {
    }

    private string Fill(string text) => text.Replace("{path}", Path).Replace("{source}", Subject);
}
