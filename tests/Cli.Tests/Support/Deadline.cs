namespace Minirun.Cli.Tests.Support;

/// <summary>Waits for a condition that nothing tells us of.</summary>
internal static class Deadline
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(5);

    /// <summary>False when the condition did not come true in time.</summary>
    public static bool Wait(Func<bool> condition, TimeSpan time)
    {
        DateTime end = DateTime.UtcNow + time;
        while (!condition())
        {
            if (DateTime.UtcNow > end) return false;
            Thread.Sleep(s_between);
        }
        return true;
    }

    public static bool Wait(Func<bool> condition) => Wait(condition, TimeSpan.FromSeconds(10));
}
