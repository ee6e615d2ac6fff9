namespace Minirun.Cli.CommandLine;

/// <summary>One flag of <c>run</c>. The table of them drives the parser, the help, the completion and the container file.</summary>
/// <param name="Name">Long name, with its dashes.</param>
/// <param name="Brief">One-letter name, or null.</param>
/// <param name="Value">What the value is called in the help; null for a switch, which takes =true and =false.</param>
/// <param name="Group">Heading in the help.</param>
/// <param name="Help">One line.</param>
/// <param name="Apply">Puts a value into the options; a switch gets "true" or "false".</param>
internal sealed record RunOption(string Name, char? Brief, string? Value, string Group, string Help, Action<RunRequest, string> Apply)
{
    /// <summary>Another long name that means the same.</summary>
    public string? Alias { get; init; }

    /// <summary>The value may be left out; it comes with = only.</summary>
    public bool ValueIsOptional { get; init; }

    /// <summary>The engine takes it, and a monitor stays with the container.</summary>
    public bool IsForEngine { get; init; }

    /// <summary>Puts a value into a request.</summary>
    /// <exception cref="Runtime.UserError">The value cannot be.</exception>
    public void Put(RunRequest request, string value)
    {
        if (IsForEngine) request.MonitoredFor ??= Name;
        Apply(request, value);
    }
}
