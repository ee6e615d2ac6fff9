namespace Minirun.Cli.CommandLine;

/// <summary>
/// A flag of any verb: of <c>run</c>, of the others of minirun, of minirun-oci. Its row drives the parser, the help, the completion and
/// the container file.
/// </summary>
/// <param name="Name">Its long name, without dashes.</param>
/// <param name="Letter">Its short name; zero: none.</param>
/// <param name="Value">
/// What the help calls the value: N is a whole number, FILE the path of one. Null for a switch, which takes =true and =false.
/// </param>
/// <param name="Help">One line.</param>
internal sealed record Flag(string Name, char Letter, string? Value, string Help)
{
    /// <summary>The name of a value that is a whole number.</summary>
    public const string Number = "N";

    /// <summary>Its heading in a help that has several.</summary>
    public string Group { get; init; } = "Options";

    /// <summary>Another long name that means the same.</summary>
    public string? Alias { get; init; }

    /// <summary>It makes a list; else the last of several wins.</summary>
    public bool Repeats { get; init; }

    /// <summary>The value may be left out; it comes with = only.</summary>
    public bool ValueIsOptional { get; init; }

    /// <summary>The values that it takes, or some beginnings of them, with blanks between: for the completion.</summary>
    public string Choices { get; init; } = "";

    /// <summary>The engine takes it, and a monitor stays with the container: a flag of <c>run</c>.</summary>
    public bool IsForEngine { get; init; }

    /// <summary>Puts a value into what <c>run</c> is asked for; a switch gets "true" or "false".</summary>
    public Action<RunRequest, string>? Take { get; init; }

    public string Long => "--" + Name;

    /// <summary>As a help page writes it: <c>-n, --name VALUE</c>.</summary>
    public string Usage
    {
        get
        {
            string value = Value is null ? "" : ValueIsOptional ? $"[={Value}]" : " " + Value;
            return (Letter == '\0' ? "    " : $"-{Letter}, ") + Long + value;
        }
    }

    public string Meaning => Repeats ? Help + " (repeatable)" : Help;

    /// <summary>Whether the value is the path of a file, or begins with one.</summary>
    public bool TakesFile => Value?.Split(':', '[')[0] is "FILE" or "SRC" or "HOST" or "DEV";

    /// <summary>Puts a value into a request.</summary>
    /// <exception cref="Runtime.UserError">The value cannot be.</exception>
    public void Put(RunRequest request, string value)
    {
        if (IsForEngine) request.MonitoredFor ??= Long;
        Take!(request, value);
    }

    public bool Is(ReadOnlySpan<char> name) => name.SequenceEqual(Name) || (Alias is { } alias && name.SequenceEqual(alias));

    /// <summary>What a switch was set to; null: neither.</summary>
    public static bool? Truth(string value) => value switch
    {
        "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
        "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
        _ => null,
    };
}
