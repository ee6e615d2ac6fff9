namespace Minirun.Cli.CommandLine;

/// <summary>A flag of a verb. Without a name for its value it is a switch.</summary>
/// <param name="Letter">Its short form; zero: none.</param>
internal readonly record struct VerbFlag(string Name, char Letter, string? Value, string Help)
{
    /// <summary>As a help page writes it: <c>-n, --name VALUE</c>.</summary>
    public string Usage => $"{(Letter == '\0' ? "    " : $"-{Letter}, ")}--{Name} {Value}".TrimEnd();
}
