namespace Minirun.Cli.CommandLine;

/// <summary>A verb of minirun or of minirun-oci: what may stand behind it.</summary>
/// <param name="Arguments">Its words, as the help writes them: <c>CONTAINER…</c>.</param>
/// <param name="Summary">What it does, in a line that begins with a small letter.</param>
/// <param name="Flags">In the order of the help.</param>
/// <param name="Maximum">Words after the flags, at most; -1: any number.</param>
internal abstract record Verb(string Arguments, string Summary, Flag[] Flags, int Maximum)
{
    /// <summary>What it was called by; the table of verbs gives it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Words after the flags, at least.</summary>
    public int Minimum { get; init; } = 1;

    /// <summary>Flags may also stand behind words. Not where the words are another program's.</summary>
    public bool FlagsAfterWords { get; init; } = true;

    /// <summary>What the first word may be, with blanks between: for the completion.</summary>
    public string Choices { get; init; } = "";

    /// <summary>Printed below the flags.</summary>
    public string? Notes { get; init; }
}
