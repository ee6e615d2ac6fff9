namespace Minirun.Engine.Logs;

/// <summary>One line of a container, without its line feed, or a piece of one that is longer than the copier's 16 KiB.</summary>
/// <param name="line">Valid during the call only.</param>
/// <param name="time">Nanoseconds since 1970, UTC.</param>
public readonly ref struct LogMessage(ReadOnlySpan<byte> line, LogSource source, long time, LogPartial? partial = null)
{
    public ReadOnlySpan<byte> Line { get; } = line;

    public LogSource Source { get; } = source;

    public long Time { get; } = time;

    /// <summary>Null for a whole line.</summary>
    public LogPartial? Partial { get; } = partial;

    /// <summary>A line feed followed.</summary>
    public bool EndsLine => Partial is null or { IsLast: true };
}
