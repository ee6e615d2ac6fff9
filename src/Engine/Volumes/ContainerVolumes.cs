using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Volumes;

/// <summary>
/// The volumes of one container at its start and its end. What drivers were asked to mount is written down before they are asked, so that
/// whoever comes after a monitor that was killed can take it back.
/// </summary>
public static class ContainerVolumes
{
    /// <summary>Seconds: a container ends, and is removed, without a plugin that is gone.</summary>
    private const double AtTheEnd = 2;

    private static string Path(EngineContainer container) => container.Directory + "/mounted.json";

    /// <summary>Before each start. When one cannot be mounted, those before it are unmounted again.</summary>
    /// <exception cref="UserError">What the driver said.</exception>
    public static void Mount(EngineContainer container)
    {
        if (container.Config.Volumes.Count == 0) return;
        var store = new VolumeStore(container.Paths);
        VolumeDrivers drivers = store.Drivers;
        var mounted = new List<MountedVolume>();
        var places = new Dictionary<string, string>();
        try
        {
            foreach (VolumeUse use in container.Config.Volumes)
            {
                if (places.ContainsKey(use.Name)) continue;
                IVolumeDriver driver = drivers.Of(use.Driver);
                mounted.Add(new() { Name = use.Name, Driver = use.Driver });
                Write(container, mounted);
                string place;
                try
                {
                    place = driver.Mount(use.Name, container.Id);
                }
                catch (UserError)
                {
                    // It refused: there is nothing of it to take back.
                    mounted.RemoveAt(mounted.Count - 1);
                    Write(container, mounted);
                    throw;
                }
                places[use.Name] = place;
            }
            OciLinux maps = Bundle.Read(container.Directory).Linux;
            Point(container, places);
            var owners = new VolumeOwners(maps.UidMappings, maps.GidMappings);
            foreach (VolumeUse use in container.Config.Volumes)
            {
                if (!use.NoCopy) VolumeCopyUp.Fill(container.Config.Rootfs, use.Destination, places[use.Name], owners);
                // What is mounted there has an owner of its own.
                if (use.Driver == LocalDriver.DriverName && store.Find(use.Name) is { Options.Count: 0 }) owners.Take(places[use.Name]);
            }
        }
        catch
        {
            Release(container);
            throw;
        }
    }

    /// <summary>
    /// After the end, and before a container is removed: whatever is mounted for it, the last first. Nothing mounted is no error. A driver
    /// that is gone is not waited for long; what it did not take back stays written down for the next time.
    /// </summary>
    /// <returns>What drivers said that did not unmount; null: all did.</returns>
    public static string? Release(EngineContainer container)
    {
        if (!File.Exists(Path(container))) return null;
        var drivers = new VolumeDrivers(container.Paths) { Patience = AtTheEnd };
        List<MountedVolume> mounted, left = [];
        try
        {
            mounted = Document.Read(Path(container), VolumeJson.Default.ListMountedVolume) ?? [];
        }
        catch (JsonException)
        {
            mounted = [];
        }
        List<string> said = [];
        for (int i = mounted.Count - 1; i >= 0; i--)
            try
            {
                drivers.Of(mounted[i].Driver).Unmount(mounted[i].Name, container.Id);
            }
            catch (Exception error) when (error is UserError or LinuxException or IOException)
            {
                // It keeps no container from ending, and the others are unmounted all the same.
                left.Insert(0, mounted[i]);
                said.Add($"volume {mounted[i].Name}: {DotNetError.Describe(error)}");
            }
        if (left.Count > 0) Write(container, left);
        else unistd.unlink(Path(container));
        return said.Count > 0 ? string.Join("; ", said) : null;
    }

    /// <summary>After `rm -v` and --rm: volumes that were made for it alone. One that another still uses stays.</summary>
    public static void RemoveAnonymous(EngineContainer container)
    {
        var store = new VolumeStore(container.Paths);
        foreach (VolumeUse use in container.Config.Volumes)
            try
            {
                if (use.Anonymous && store.Users(use.Name).Count == 0) store.Remove(use.Name);
            }
            catch (UserError)
            {
                // `volume prune` says why.
            }
    }

    private static void Write(EngineContainer container, List<MountedVolume> mounted) =>
        AtomicFile.Write(Path(container), JsonSerializer.SerializeToUtf8Bytes(mounted, VolumeJson.Default.ListMountedVolume));

    /// <summary>Puts into the bundle where a volume is this time.</summary>
    private static void Point(EngineContainer container, Dictionary<string, string> places)
    {
        string file = container.Directory + "/config.json";
        JsonObject config = JsonNode.Parse(Bundle.ReadFile(file))!.AsObject();
        try
        {
            if (config["mounts"] is null) return;
        }
        catch (ArgumentException)
        {
            throw new UserError($"{file}: a member is there twice", $"minirun rm -f {container.ShortId}, and create it again");
        }
        bool changed = false;
        foreach (VolumeUse use in container.Config.Volumes)
            foreach (JsonNode? mount in config["mounts"]!.AsArray())
                if ((string?)mount!["destination"] == use.Destination && (string?)mount["source"] != places[use.Name])
                {
                    mount["source"] = places[use.Name];
                    changed = true;
                }
        if (changed) AtomicFile.Write(file, System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()));
    }
}
