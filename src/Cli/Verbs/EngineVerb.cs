using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;

namespace Minirun.Cli.Verbs;

/// <summary>
/// A verb for background containers: its words, and what it does. Flags are sorted as everywhere (<see cref="VerbArguments"/>).
/// </summary>
internal sealed record EngineVerb(string Name, string Arguments, string Summary, VerbFlag[] Flags, Func<VerbArguments, int> Execute)
{
    public int Minimum { get; init; } = 1;

    /// <summary>Words after the flags; -1: any number.</summary>
    public int Maximum { get; init; } = -1;

    /// <summary>Flags may also stand behind words. Not where the words are another program's.</summary>
    public bool FlagsAfterWords { get; init; } = true;

    /// <summary>Prints as things happen: it ends with its reader (`logs -f web | grep -q ready`), not when it next prints.</summary>
    public bool Follows { get; init; }

    /// <summary>A record with all the fields that --format may name, where there may be none to show.</summary>
    public Func<JsonObject>? Sample { get; init; }

    /// <summary>Takes its words as they are: its flags are those of <c>run</c>.</summary>
    public Func<ReadOnlySpan<string>, int>? Raw { get; init; }
}
