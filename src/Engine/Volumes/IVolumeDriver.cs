using Minirun.Runtime;

namespace Minirun.Engine.Volumes;

/// <summary>Who keeps volumes. All methods throw <see cref="UserError"/> with the driver's words when it refuses.</summary>
public interface IVolumeDriver
{
    /// <summary>As in --driver.</summary>
    string Name { get; }

    /// <summary>local: a volume of that name is another one on each machine; global: it is the same everywhere.</summary>
    string Scope { get; }

    /// <summary>Makes a volume; that it is there already is no error.</summary>
    void Create(string name, Dictionary<string, string> options);

    void Remove(string name);

    /// <summary>Called before each start of a container that uses it.</summary>
    /// <param name="id">The user's; the same comes with <see cref="Unmount"/>.</param>
    /// <returns>The directory on this machine.</returns>
    string Mount(string name, string id);

    /// <summary>Called after the end. That it was not mounted is no error of ours.</summary>
    void Unmount(string name, string id);

    /// <summary>Where it is mounted; null: nowhere just now.</summary>
    string? Path(string name);

    /// <summary>Null when there is none.</summary>
    DriverVolume? Get(string name);

    List<DriverVolume> List();
}
