namespace Minirun.Runtime;

/// <summary>A mistake of the user or a limit of the machine: one message that names what and where, and a hint what to do.</summary>
public sealed class UserError(string message, string? hint = null, int exitCode = UserError.Ours) : Exception(message)
{
    /// <summary>minirun itself failed.</summary>
    public const int Ours = 125;

    /// <summary>The command was found but cannot be executed.</summary>
    public const int CannotExecute = 126;

    /// <summary>The command was not found.</summary>
    public const int NotFound = 127;

    /// <summary>docker's status of a command about containers, volumes or networks that are not there.</summary>
    public const int Missing = 1;

    public string? Hint { get; } = hint;

    /// <summary>A container, volume or network that was named is not there.</summary>
    public bool IsMissing { get; init; }

    public int ExitCode { get; } = exitCode;
}
