using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;

namespace Minirun.Cli.Verbs;

/// <summary>A verb of minirun, and what it does. Its flags are docker's in form.</summary>
internal sealed record MinirunVerb(string Arguments, string Summary, Flag[] Flags, Func<VerbArguments, int> Execute)
    : Verb(Arguments, Summary, Flags, Maximum: -1)
{
    /// <summary>Prints as things happen: it ends with its reader (`logs -f web | grep -q ready`), not when it next prints.</summary>
    public bool Follows { get; init; }

    /// <summary>A record with all the fields that --format may name, where there may be none to show.</summary>
    public Func<JsonObject>? Sample { get; init; }

    /// <summary>Takes its words as they are: its flags are those of <c>run</c>.</summary>
    public Func<ReadOnlySpan<string>, int>? Raw { get; init; }

    /// <summary>Prints a help of its own.</summary>
    public Func<int>? Help { get; init; }
}
