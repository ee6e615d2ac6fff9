namespace Minirun.Runtime;

/// <summary>A mistake of the user or a limit of the machine: one message that names what and where, and a hint what to do.</summary>
public sealed class UserError(string message, string hint, int exitCode = UserError.Ours) : Exception(message)
{
    /// <summary>minirun itself failed.</summary>
    public const int Ours = 125;

    /// <summary>The command was found but cannot be executed.</summary>
    public const int CannotExecute = 126;

    /// <summary>The command was not found.</summary>
    public const int NotFound = 127;

    /// <summary>docker's status of a command about containers, volumes or networks that are not there.</summary>
    public const int Missing = 1;

    /// <summary>
    /// In runc's words, which engines read from minirun-oci's log, and to which nothing is to be added: the only errors without a hint.
    /// </summary>
    public static UserError AsRunc(string message, int exitCode = Ours) => new(message, null!, exitCode);

    /// <summary>What another program has told us, or a monitor, with its hint if it has one.</summary>
    public static UserError Told(string message, string? hint, int exitCode = Ours) => new(message, hint!, exitCode);

    /// <summary>The same, said otherwise, with its hint.</summary>
    public UserError As(string message, int? exitCode = null) => new(message, Hint!, exitCode ?? ExitCode);

    /// <summary>What to do about it.</summary>
    public string? Hint { get; } = hint;

    /// <summary>A container, volume or network that was named is not there.</summary>
    public bool IsMissing { get; init; }

    public int ExitCode { get; } = exitCode;
}
