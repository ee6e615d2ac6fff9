using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Engine.Containers;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes;

/// <summary>
/// The volumes of one container at its start and its end. What drivers were asked to mount is written down before they are asked, so that whoever
/// comes after a monitor that was killed can take it back.
/// </summary>
public static class ContainerVolumes
{
    private static string Path(EngineContainer container) => container.Directory + "/mounted.json";

    /// <summary>Before each start. When one cannot be mounted, those before it are unmounted again.</summary>
    /// <exception cref="UserError">What the driver said.</exception>
    public static void Mount(EngineContainer container)
    {
        if (container.Config.Volumes.Count == 0) return;
        Release(container);   // of a monitor that was killed
        var drivers = new VolumeDrivers(container.Store.Paths);
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
            Point(container, places);
            foreach (VolumeUse use in container.Config.Volumes)
                if (!use.NoCopy) VolumeCopyUp.Fill(container.Config.Rootfs, use.Destination, places[use.Name]);
        }
        catch
        {
            Release(container);
            throw;
        }
    }

    /// <summary>After the end, and before a container is removed: whatever is mounted for it, the last first. Nothing mounted is no error.</summary>
    public static void Release(EngineContainer container)
    {
        if (AtomicFile.Read(Path(container)) is not { } json) return;
        var drivers = new VolumeDrivers(container.Store.Paths);
        List<MountedVolume> mounted;
        try
        {
            mounted = JsonSerializer.Deserialize(json, VolumeJson.Default.ListMountedVolume) ?? [];
        }
        catch (JsonException)
        {
            mounted = [];
        }
        for (int i = mounted.Count - 1; i >= 0; i--)
            try
            {
                drivers.Of(mounted[i].Driver).Unmount(mounted[i].Name, container.Id);
            }
            catch (Exception error) when (error is UserError or LinuxException or IOException)
            {
                // A plugin that is gone keeps no container from ending, and the others are unmounted all the same.
            }
        unistd.unlink(Path(container));
    }

    /// <summary>After `rm -v` and --rm: volumes that were made for it alone. One that another still uses stays.</summary>
    public static void RemoveAnonymous(EngineContainer container)
    {
        var store = new VolumeStore(container.Store.Paths);
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

    private static void Write(EngineContainer container, List<MountedVolume> mounted) => AtomicFile.Write(Path(container), JsonSerializer.SerializeToUtf8Bytes(mounted, VolumeJson.Default.ListMountedVolume));

    /// <summary>Puts into the bundle where a volume is this time.</summary>
    private static void Point(EngineContainer container, Dictionary<string, string> places)
    {
        string file = container.Directory + "/config.json";
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(file))!;
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
