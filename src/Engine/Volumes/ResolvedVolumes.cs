using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Volumes;

/// <summary>
/// The volumes that a new container is to have: found or made, and turned into binds at their places among its mounts. No volume is removed
/// meanwhile; those without a name go again when the container is not made after all.
/// </summary>
public sealed class ResolvedVolumes : IDisposable
{
    private readonly VolumeStore _volumes;
    private readonly ContainerStore _containers;
    private readonly List<string> _made = [];
    private IDisposable? _held;

    /// <param name="mounts">Of the new container; those that are volumes become binds.</param>
    /// <param name="driver">Of a volume that names none; empty: local.</param>
    /// <param name="from">NAME[:ro]: containers whose volumes and binds it has, too.</param>
    /// <param name="containers">All there are.</param>
    public ResolvedVolumes(List<OciMount> mounts, string driver, List<string> from, ContainerStore containers)
    {
        _containers = containers;
        _volumes = new VolumeStore(containers.Paths);
        if (from.Count == 0 && !mounts.Exists(mount => mount.Type == VolumeFlags.Type)) return;
        _held = _volumes.Hold();
        try
        {
            for (int i = 0; i < mounts.Count; i++)
                if (mounts[i].Type == VolumeFlags.Type) mounts[i] = Bind(mounts[i], driver);
            foreach (string name in from) TakeFrom(name, mounts);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public List<VolumeUse> Uses { get; } = [];

    /// <summary>The container is made: what was made for it stays.</summary>
    public void Keep() => _made.Clear();

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
        foreach (string name in _made) _volumes.Remove(name);
        _made.Clear();
    }

    private OciMount Bind(OciMount mount, string driver)
    {
        var wanted = new VolumeRecord { Name = mount.Source ?? "", Driver = driver };
        List<string> options = ["rbind"];
        bool noCopy = false;
        foreach (string option in mount.Options)
        {
            if (option == VolumeFlags.NoCopy) noCopy = true;
            else if (option.StartsWith(VolumeFlags.Driver, StringComparison.Ordinal)) wanted.Driver = option[VolumeFlags.Driver.Length..];
            else if (option.StartsWith(VolumeFlags.Option, StringComparison.Ordinal))
                Add(wanted.Options, option[VolumeFlags.Option.Length..]);
            else if (option.StartsWith(VolumeFlags.Label, StringComparison.Ordinal)) Add(wanted.Labels, option[VolumeFlags.Label.Length..]);
            else options.Add(option == "ro" ? "rro" : option);
        }
        // Who names no driver takes a volume as it is; docker.
        bool isAnonymous = wanted.Name.Length == 0;
        VolumeRecord volume =
            !isAnonymous && wanted.Driver.Length == 0 && _volumes.Find(wanted.Name) is { } there ? there : _volumes.Create(wanted);
        if (isAnonymous) _made.Add(volume.Name);
        Uses.Add(new VolumeUse
        {
            Name = volume.Name,
            Driver = volume.Driver,
            Destination = mount.Destination,
            ReadOnly = options.Contains("rro"),
            NoCopy = noCopy,
            Anonymous = isAnonymous
        });
        return new OciMount
        {
            Type = "bind",
            Source = Place(volume.Name, volume.Driver),
            Destination = mount.Destination,
            Options = options
        };
    }

    /// <summary>--volumes-from NAME[:ro]: what the container itself asks for wins.</summary>
    private void TakeFrom(string text, List<OciMount> mounts)
    {
        int colon = text.LastIndexOf(':');
        string mode = colon < 0 ? "" : text[(colon + 1)..];
        foreach (string word in mode.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (word is not ("ro" or "rw" or "z" or "Z"))
                throw new UserError($"--volumes-from {text}: unknown mode '{mode}'", "NAME, NAME:ro or NAME:rw");
        bool isReadOnly = mode.Split(',').Contains("ro");
        EngineContainer other = _containers.Find(colon < 0 ? text : text[..colon]);
        int at = 0;
        foreach (OciMount mount in Bundle.Read(other.Directory).Mounts)
        {
            VolumeUse? use = other.Config.Volumes.Find(each => each.Destination == mount.Destination);
            bool isBind = mount.Type == "bind" || mount.Options.Contains("rbind") || mount.Options.Contains("bind");
            if (!isBind || (use is null && IsOurs(mount.Destination)) || mounts.Exists(own => own.Destination == mount.Destination))
                continue;
            if (use is not null)
                Uses.Add(new VolumeUse
                {
                    Name = use.Name,
                    Driver = use.Driver,
                    Destination = use.Destination,
                    ReadOnly = use.ReadOnly || isReadOnly,
                    NoCopy = true,
                    Anonymous = use.Anonymous
                });
            if (isReadOnly && !mount.Options.Contains("rro")) mount.Options.Add("rro");
            mounts.Insert(at++, mount);
        }
    }

    // Binds that every container has of its own.
    private static bool IsOurs(string destination) =>
        destination is "/etc/hosts" or "/etc/hostname" or "/etc/resolv.conf" || destination is "/dev" or "/proc" or "/sys"
            || destination.StartsWith("/dev/", StringComparison.Ordinal) || destination.StartsWith("/proc/", StringComparison.Ordinal)
            || destination.StartsWith("/sys/", StringComparison.Ordinal);

    /// <summary>A plugin's is known once it is mounted, and written then.</summary>
    private string Place(string name, string driver) =>
        driver == LocalDriver.DriverName ? $"{_volumes.Paths.Volumes}/{name}/_data" : $"{_volumes.Paths.Volumes}/{name}";

    private static void Add(Dictionary<string, string> into, string text)
    {
        int equals = text.IndexOf('=');
        into[equals < 0 ? text : text[..equals]] = equals < 0 ? "" : text[(equals + 1)..];
    }
}
