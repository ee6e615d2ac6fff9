using Minirun.Cli.CommandLine;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci;

/// <summary>A verb of minirun-oci, and what it does. Its flags are runc's in form.</summary>
internal sealed record OciVerb(string Arguments, string Summary, Flag[] Flags, Func<OciGlobals, VerbArguments, int> Execute)
    : Verb(Arguments, Summary, Flags, Maximum: 1)
{
    /// <summary>Flags that are not in the list are passed over.</summary>
    public bool TakesAnyFlag { get; init; }

    /// <summary>What stands before the message of a failure: clients look for it.</summary>
    public string Failed { get; init; } = "";
    public int FailureCode { get; init; } = 1;

    /// <summary>It ends or removes what lives: that is done whatever becomes of the messages.</summary>
    public bool EndsContainers { get; init; }
}
