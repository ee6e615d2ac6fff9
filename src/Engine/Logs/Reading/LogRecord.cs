namespace Minirun.Engine.Logs.Reading;

/// <summary>One record of a log. Valid during the call only.</summary>
public readonly ref struct LogRecord
{
    /// <summary>With its line feed, unless the container wrote none or it is a piece of a longer line.</summary>
    public ReadOnlySpan<byte> Line { get; init; }

    public LogSource Source { get; init; }

    /// <summary>Nanoseconds since 1970, UTC.</summary>
    public long Time { get; init; }

    /// <summary>A JSON object, or empty.</summary>
    public ReadOnlySpan<byte> Attributes { get; init; }
}

/// <summary>Takes a record; false: no more, please.</summary>
public delegate bool LogRecordHandler(in LogRecord record);
