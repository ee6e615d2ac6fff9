using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes;

/// <summary>
/// Directories below our own; or, with options, a file system that is mounted there as long as a container uses it. Who uses it is a file
/// each, and whether it is mounted is asked of the kernel: nothing that a crash could falsify.
/// </summary>
public sealed class LocalDriver(EnginePaths paths) : IVolumeDriver
{
    public const string DriverName = "local";

    public string Name => DriverName;
    public string Scope => "local";

    private string Directory_(string name) => $"{paths.Volumes}/{name}";
    private string Data(string name) => Directory_(name) + "/_data";
    private string Uses(string name) => Directory_(name) + "/uses";

    /// <summary>Makes what is in a volume's directory.</summary>
    internal static void Prepare(string directory)
    {
        LinuxException.Check(sys_stat.mkdir(directory + "/_data", 0x1ed /* 0755 */), "mkdir", directory);
        LinuxException.Check(sys_stat.chmod(directory + "/_data", 0x1ed), "chmod", directory);
        LinuxException.Check(sys_stat.mkdir(directory + "/uses", 0x1c0 /* 0700 */), "mkdir", directory);
    }

    public void Create(string name, Dictionary<string, string> options) => LocalMount.Parse(options);

    public void Remove(string name)
    {
        if (IsMounted(name)) Unmount(name);
    }

    public string Mount(string name, string id)
    {
        string data = Data(name);
        if (!Directory.Exists(data))
            throw new UserError($"volume {name}: {data} is gone", $"minirun volume rm {name}, and create it again");
        if (Mounting(name) is not { } mount) return data;
        using IDisposable held = Lock(name);
        AtomicFile.Write($"{Uses(name)}/{id}", []);
        if (!IsMounted(name))
            try
            {
                mount.MountOn(data, name);
            }
            catch
            {
                unistd.unlink($"{Uses(name)}/{id}");
                throw;
            }
        return data;
    }

    public void Unmount(string name, string id)
    {
        if (Mounting(name) is null) return;
        using IDisposable held = Lock(name);
        unistd.unlink($"{Uses(name)}/{id}");
        // A use of a container that is there no more is none.
        foreach (string use in Directory.EnumerateFiles(Uses(name)))
            if (!Directory.Exists($"{paths.Containers}/{Path.GetFileName(use)}")) unistd.unlink(use);
        if (Directory.GetFiles(Uses(name)).Length == 0 && IsMounted(name)) Unmount(name);
    }

    string? IVolumeDriver.Path(string name) => Directory.Exists(Data(name)) ? Data(name) : null;

    public DriverVolume? Get(string name) => Directory.Exists(Directory_(name)) ? new DriverVolume(name, Data(name)) : null;

    public List<DriverVolume> List() => [];   // the store has them all

    private LocalMount? Mounting(string name) =>
        new VolumeStore(paths).Find(name) is { Options.Count: > 0 } record ? LocalMount.Parse(record.Options) : null;

    private bool IsMounted(string name) => MountInfo.Read().Any(mount => mount.Path == Data(name));

    private void Unmount(string name)
    {
        int errno = Linux.Calls.Mounting.Unmount(Data(name), sys_mount.MNT_DETACH);
        if (errno is not (0 or Errno.EINVAL)) throw new LinuxException("umount2", errno, Data(name));
    }

    private FileLock Lock(string name) => FileLock.OnDirectory(Directory_(name), "volume " + name);
}
