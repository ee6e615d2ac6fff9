using Minirun.Cli.CommandLine;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci;

/// <summary>A verb of minirun-oci: its words, and what it does.</summary>
internal sealed record OciVerb(string Name, string Arguments, string Summary, VerbFlag[] Flags,
    Func<OciGlobals, VerbArguments, int> Execute)
{
    public int Minimum { get; init; } = 1;

    /// <summary>Words after the flags; -1: any number.</summary>
    public int Maximum { get; init; } = 1;

    /// <summary>Flags may also stand behind words. Not where the words are another program's.</summary>
    public bool FlagsAfterWords { get; init; } = true;

    /// <summary>Flags that are not in the list are passed over.</summary>
    public bool TakesAnyFlag { get; init; }

    /// <summary>What stands before the message of a failure: clients look for it.</summary>
    public string Failed { get; init; } = "";
    public int FailureCode { get; init; } = 1;

    /// <summary>It ends or removes what lives: that is done whatever becomes of the messages.</summary>
    public bool EndsContainers { get; init; }

    /// <summary>Printed below the flags.</summary>
    public string? Notes { get; init; }
}
