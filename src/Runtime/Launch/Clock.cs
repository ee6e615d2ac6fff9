using System.Diagnostics;

namespace Minirun.Runtime.Launch;

/// <summary>CLOCK_MONOTONIC in nanoseconds, as fork-news reads it.</summary>
public static class Clock
{
    public static long Now() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);
}
