using System.Runtime.InteropServices;
using System.Text.Json;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Volumes;

/// <summary>All volumes of one root: a directory each, below their names. Who uses one is seen by looking at the containers.</summary>
public sealed class VolumeStore(EnginePaths paths)
{
    private const string Unfinished = ".new-";

    public EnginePaths Paths { get; } = paths;
    public VolumeDrivers Drivers { get; init; } = new(paths);

    /// <summary>Makes a volume. One that is there with the same driver is taken as it is (docker).</summary>
    /// <param name="wanted">Its name is chosen when it is empty.</param>
    /// <exception cref="UserError">The name is another driver's, or the driver refuses.</exception>
    public VolumeRecord Create(VolumeRecord wanted)
    {
        if (wanted.Driver.Length == 0) wanted.Driver = LocalDriver.DriverName;
        if (wanted.Name.Length == 0) (wanted.Name, wanted.Anonymous) = (VolumeNames.Random(), true);
        VolumeNames.Check(wanted.Name);
        if (Find(wanted.Name) is { } there) return Same(there, wanted);
        IVolumeDriver driver = Drivers.Of(wanted.Driver);
        driver.Create(wanted.Name, wanted.Options);
        wanted.Created = ContainerRecord.Now();
        return Write(wanted) ? wanted : Same(Find(wanted.Name) ?? wanted, wanted);
    }

    /// <summary>Null when we know of none.</summary>
    public VolumeRecord? Find(string name)
    {
        if (!VolumeNames.IsName(name)) return null;
        try
        {
            VolumeRecord? record = Document.Read($"{Paths.Volumes}/{name}/volume.json", VolumeJson.Default.VolumeRecord);
            if (record is not null) record.Name = name;
            return record;
        }
        catch (JsonException)
        {
            // One broken entry hides no others, nor its files.
            return new VolumeRecord { Name = name };
        }
    }

    /// <summary>As <see cref="Find"/>, and those that only a plugin knows.</summary>
    /// <exception cref="UserError">Nobody knows it.</exception>
    public (VolumeRecord Record, DriverVolume Volume) Get(string name)
    {
        if (Find(name) is { } record && Drivers.Of(record.Driver).Get(name) is { } own) return (record, own);
        if (VolumeNames.IsName(name))
            foreach (IVolumeDriver driver in Drivers.All())
                if (Asked(driver, each => each.Get(name), null) is { } volume)
                    return (new VolumeRecord { Name = name, Driver = driver.Name }, volume);
        throw new UserError($"no such volume: {name}", "minirun volume ls lists them") { IsMissing = true };
    }

    /// <summary>All of them by name. What a crash left is mended on the way.</summary>
    public List<VolumeRecord> All()
    {
        SortedDictionary<string, VolumeRecord> all = new(StringComparer.Ordinal);
        if (Directory.Exists(Paths.Volumes))
        {
            RemoveUnfinished();
            foreach (string path in Directory.EnumerateDirectories(Paths.Volumes))
                if (Find(Path.GetFileName(path)) is { } record) all[record.Name] = record;
        }
        foreach (IVolumeDriver driver in Drivers.All())
            if (driver is not LocalDriver)
                foreach (DriverVolume volume in Asked(driver, each => each.List(), []))
                    all.TryAdd(volume.Name, new VolumeRecord { Name = volume.Name, Driver = driver.Name });
        return [.. all.Values];
    }

    /// <summary>Takes a volume away, with all that is in it.</summary>
    /// <param name="name">Which.</param>
    /// <param name="force">Also when its driver is no longer there: what that has, it keeps.</param>
    /// <exception cref="UserError">Containers use it, or its driver refuses.</exception>
    public void Remove(string name, bool force = false)
    {
        using IDisposable held = Hold(alone: true);
        if (Users(name) is { Count: > 0 } users)
            throw new UserError(
                $"remove {name}: volume is in use by {string.Join(", ", users.Select(user => $"{user.Config.Name} ({user.ShortId})"))}",
                "minirun rm removes a container", 1);
        VolumeRecord record = (force ? Find(name) : null) ?? Get(name).Record;
        // Who forces it does not wait for a plugin that is gone.
        const double briefly = 1;   // s
        VolumeDrivers drivers = force ? new VolumeDrivers(Paths) { Plugins = Drivers.Plugins, Patience = briefly } : Drivers;
        try
        {
            drivers.Of(record.Driver).Remove(name);
        }
        catch (Exception error) when (force && record.Driver != LocalDriver.DriverName && (error is UserError or LinuxException))
        {
            // Nobody to ask, or one who refuses: docker forgets the volume, too.
        }
        Forget(name);
    }

    /// <summary>Containers that were made with it, running or not.</summary>
    public List<EngineContainer> Users(string name) =>
        new ContainerStore(Paths).All().FindAll(container => container.Config.Volumes.Exists(use => use.Name == name));

    /// <summary>No volume is removed while this is held: from finding one to having written who uses it.</summary>
    public IDisposable Hold(bool alone = false)
    {
        Paths.Make();
        EnginePaths.MakeClosed(Paths.Volumes);
        return FileLock.OnFile(Paths.Volumes + "/.lock", "the list of volumes", shared: !alone);
    }

    private static VolumeRecord Same(VolumeRecord there, VolumeRecord wanted) =>
        there.Driver == wanted.Driver
            ? there
            : throw new UserError($"a volume named {wanted.Name} already exists with driver {there.Driver}",
                $"minirun volume rm {wanted.Name}, or another name");

    /// <summary>All of its files, then its name, in one step; false when somebody was quicker.</summary>
    private bool Write(VolumeRecord record)
    {
        Hold().Dispose();
        string temporary = $"{Paths.Volumes}/{Unfinished}{VolumeNames.Random()[..16]}-{record.Name}",
            final = $"{Paths.Volumes}/{record.Name}";
        using FileLock held = FileLock.NewDirectory(temporary, 0x1c9 /* 0711 */);
        try
        {
            AtomicFile.Write(temporary + "/volume.json", JsonSerializer.SerializeToUtf8Bytes(record, VolumeJson.Default.VolumeRecord));
            if (record.Driver == LocalDriver.DriverName) LocalDriver.Prepare(temporary);
            // rename(2) never replaces a directory that has something in it.
            if (unistd.rename(temporary, final) == 0) return true;
            int errno = Marshal.GetLastPInvokeError();
            if (errno is not (Errno.ENOTEMPTY or Errno.EEXIST)) throw new LinuxException("rename", errno, final);
        }
        catch
        {
            TreeRemoval.Remove(temporary);
            throw;
        }
        TreeRemoval.Remove(temporary);
        return false;
    }

    private void Forget(string name)
    {
        string path = $"{Paths.Volumes}/{name}", away = $"{Paths.Volumes}/{Unfinished}{VolumeNames.Random()[..16]}-{name}";
        if (!Directory.Exists(path)) return;
        // Out of sight in one step: what a crash leaves now, the next command removes.
        LinuxException.Check(unistd.rename(path, away), "rename", path);
        try
        {
            TreeRemoval.Remove(away);
        }
        catch (LinuxException error) when (error.Number is Errno.EACCES or Errno.EPERM)
        {
            unistd.rename(away, path);
            throw new UserError($"remove {name}: files in it belong to other users of its containers",
                "remove them in a container that has the volume mounted, or as root");
        }
    }

    private void RemoveUnfinished() => FileLock.RemoveLeft(Paths.Volumes, Unfinished + "*");

    /// <summary>One driver that does not answer hides no others.</summary>
    private static T Asked<T>(IVolumeDriver driver, Func<IVolumeDriver, T> ask, T otherwise)
    {
        try
        {
            return ask(driver);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return otherwise;
        }
    }
}
