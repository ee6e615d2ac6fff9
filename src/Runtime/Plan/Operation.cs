using Minirun.Plan;

namespace Minirun.Runtime.Plan;

/// <summary>One small step towards a container: data, until fork-news, or the launcher for the first few, carries it out.</summary>
public sealed class Operation
{
    /// <summary>What --explain prints and --without takes.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Why it is done, in one line. <c>{path}</c> and <c>{source}</c> stand for <see cref="Path"/> and the first argument: texts are made
    /// when somebody reads them.
    /// </summary>
    public required string Why { get; init; }

    /// <summary>What is no longer so when it is left out, with the same stand-ins; null when nothing would work.</summary>
    public string? IfLeftOut { get; init; }

    public string WhyText => Fill(Why);

    public string? IfLeftOutText => IfLeftOut is null ? null : Fill(IfLeftOut);

    public OpCode Code { get; init; }
    public OpFlags Flags { get; set; }
    public long A { get; init; }
    public long B { get; init; }
    public long C { get; init; }
    public long D { get; init; }
    public long E { get; init; }
    public long F { get; init; }

    /// <summary>
    /// A string, bytes, or an array of strings (argv); see the operation's case in src/Init. The launcher's operations keep here what is
    /// shown of them.
    /// </summary>
    public object? S1 { get; init; }
    public object? S2 { get; init; }
    public object? S3 { get; init; }
    public object? S4 { get; init; }
    public object? S5 { get; init; }

    /// <summary>What the launcher prepares for it, when it does.</summary>
    public MountSource? Source { get; init; }

    /// <summary>The operation that this one comes back to; B then is its number.</summary>
    public Operation? Of { get; init; }

    /// <summary>For what the launcher does: which of its steps this is.</summary>
    public LaunchStep Step { get; init; }

    /// <summary>Where in the file system it works, for messages.</summary>
    public string? Path { get; init; }

    /// <summary>What it was made from: a place in the document of a bundle.</summary>
    public string? Place { get; init; }

    /// <summary>What it is for together with its neighbours; by itself what <see cref="Phases"/> says of its kind.</summary>
    public Phase Phase
    {
        get => field != Phase.None ? field : Step != LaunchStep.None ? Phases.Of(Step) : Phases.Of(Code);
        init;
    }

    private string Fill(string text) => text.Replace("{path}", Path).Replace("{source}", S1 as string);
}
