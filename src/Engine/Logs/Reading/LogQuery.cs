namespace Minirun.Engine.Logs.Reading;

/// <summary>Which lines of a log are wanted.</summary>
public sealed record LogQuery
{
    /// <summary>Only so many of the last ones, counted before times are looked at; null: all.</summary>
    public int? Tail { get; init; }

    /// <summary>Nanoseconds since 1970, UTC, inclusive.</summary>
    public long Since { get; init; } = long.MinValue;

    /// <summary>Nanoseconds since 1970, UTC, inclusive. A log that is followed ends after it, too.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Wait for more.</summary>
    public bool Follow { get; init; }

    /// <summary>Following ends when this can be read (a pidfd of the monitor), after what had been written by then; -1: never.</summary>
    public int EndDescriptor { get; init; } = -1;
}
