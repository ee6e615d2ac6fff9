using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>Waits of 1, 2, 4, 8, … seconds as Docker has them, none that would end after the limit.</summary>
internal struct PluginRetry(double limit)
{
    private const int First = 1, Longest = 30;   // seconds
    private readonly double _limit = Math.Min(limit, Usual);
    private readonly long _began = Environment.TickCount64;
    private int _next = First;

    /// <summary>$MINIRUN_PLUGIN_TIMEOUT, in seconds; else Docker's 30.</summary>
    public static double Usual { get; } =
        StrictNumber.TryParse(stdlib.Variable("MINIRUN_PLUGIN_TIMEOUT"), out double given) ? given : Longest;

    /// <summary>Waits; false when it is no use any more.</summary>
    public bool Wait()
    {
        if (_next + (Environment.TickCount64 - _began) / 1000.0 >= _limit) return false;
        Poller.Pause(_next * 1000);
        _next = Math.Min(_next * 2, Longest);
        return true;
    }
}
