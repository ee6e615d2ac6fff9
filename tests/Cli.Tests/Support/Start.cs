namespace Minirun.Cli.Tests.Support;

/// <summary>How a program is started, where it differs from the plain way.</summary>
internal sealed record Start
{
    public static readonly Start Plain = new();

    /// <summary>
    /// All of stdin; then it ends. <see cref="Minirun.Start(Start, string[])"/> leaves it open instead when this is null.
    /// </summary>
    public string? Input { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Variables on top of our own; null takes one away.</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];

    /// <summary>
    /// Lines of bash before it takes the program's place: descriptors (<c>exec 5&lt;file</c>), limits, the umask, ignored signals.
    /// </summary>
    public string? Before { get; init; }

    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);
}
