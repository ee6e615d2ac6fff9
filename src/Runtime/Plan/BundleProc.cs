using Minirun.Plan;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>What may be mounted on /proc and below (<see cref="ProcPlaces"/>), in a plan.</summary>
internal static class BundleProc
{
    /// <exception cref="UserError">Such a thing must not be mounted there.</exception>
    public static void Check(BundleMounts mounts, string destination, string type)
    {
        if (ProcPlaces.Refusal(destination, type) is var (why, hint)) throw mounts.Wrong("destination", why, hint);
    }

    /// <summary>Wherever else a destination leads: not into procfs.</summary>
    public static OpFlags Guard(string destination) =>
        destination == "/proc" || ProcPlaces.IsEmulated(destination) ? OpFlags.None : OpFlags.NotInProc;
}
