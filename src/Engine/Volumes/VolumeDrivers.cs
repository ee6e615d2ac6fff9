using Minirun.Engine.Volumes.Plugins;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes;

/// <summary>All drivers there are: local, and each plugin of Docker's kind on this machine.</summary>
public sealed class VolumeDrivers(EnginePaths paths)
{
    private readonly Dictionary<string, IVolumeDriver> _known = [];

    internal PluginDirectories Plugins { get; init; } = PluginDirectories.OfThisMachine();

    /// <summary>For how many seconds a plugin that does not answer is tried.</summary>
    public double Patience { get; init; } = PluginRetry.Usual;

    /// <exception cref="UserError">There is none of that name.</exception>
    public IVolumeDriver Of(string name)
    {
        if (_known.TryGetValue(name, out IVolumeDriver? known)) return known;
        return _known[name] =
            name is "" or LocalDriver.DriverName ? new LocalDriver(paths) : new PluginDriver(name, Plugins.Await(name, Patience), Patience);
    }

    /// <summary>Those that are there now; one that is down is left out.</summary>
    public IEnumerable<IVolumeDriver> All()
    {
        yield return Of(LocalDriver.DriverName);
        foreach (string name in Plugins.Names())
            if (Plugins.Find(name) is { } address) yield return new PluginDriver(name, address, patience: 0);
    }
}
