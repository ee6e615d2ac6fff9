namespace Minirun.Engine.Logs.Sending;

/// <summary>What to do when a connection is lost or cannot be had.</summary>
/// <param name="Attempts">After so many failures in a row the lines that wait are given up; 0: never.</param>
/// <param name="Delay">Nanoseconds between them.</param>
internal sealed record Retry(int Attempts, long Delay)
{
    public static readonly Retry Always = new(0, 1_000_000_000);
}
