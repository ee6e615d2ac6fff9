namespace Minirun.Cli.Tests.Support;

/// <summary>Waits for a condition that nothing tells us of.</summary>
internal static class Deadline
{
    /// <summary>False when the condition did not come true in time.</summary>
    public static bool Wait(Func<bool> condition, TimeSpan time) => SpinWait.SpinUntil(condition, time);

    public static bool Wait(Func<bool> condition) => Wait(condition, TimeSpan.FromSeconds(30));
}
