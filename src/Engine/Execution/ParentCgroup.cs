using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;

namespace Minirun.Engine.Execution;

/// <summary>The cgroup that root's containers are made in where systemd cannot be asked. The last of them takes it away.</summary>
public static class ParentCgroup
{
    public const string Path = "/minirun";

    private const string Everyones = "/sys/fs/cgroup";

    /// <summary>Where a container's configuration has its cgroup: a path, or a scope of systemd's, which ends by itself.</summary>
    internal static string PathFor(EngineContainer container)
    {
        try
        {
            return Bundle.Read(container.Directory).Linux.CgroupsPath ?? "";
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            return $"{Path}/{container.Id}";
        }
    }

    /// <summary>While a container is made in it, nobody takes it away.</summary>
    internal static IDisposable Hold() => new Held(sys_file.LOCK_SH);

    internal static void RemoveIfEmpty()
    {
        if (unistd.geteuid() != 0) return;
        using var held = new Held(sys_file.LOCK_EX | sys_file.LOCK_NB);
        // Who makes one just now removes it later.
        if (held.Has) ProcessCgroup.RemoveEmpty(Path);
    }

    /// <summary>A lock on the mount point: all engines of the machine see it, and it leaves no file.</summary>
    private sealed class Held : IDisposable
    {
        private readonly Fd _fd = new(fcntl.open(Everyones, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC));

        public Held(int operation) => Has = _fd.IsOpen && sys_file.flock(_fd, operation) == 0;

        public bool Has { get; }

        public void Dispose() => _fd.Dispose();
    }
}
