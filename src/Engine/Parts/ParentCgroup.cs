using Minirun.Linux;
using Minirun.Runtime.Cgroups;

namespace Minirun.Engine.Parts;

/// <summary>The cgroup that root's containers are made in where systemd cannot be asked. The last of them takes it away.</summary>
public static class ParentCgroup
{
    public const string Path = "/minirun";

    private const string Everyones = "/sys/fs/cgroup";

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
        private readonly int _fd = fcntl.open(Everyones, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC);

        public Held(int operation) => Has = _fd >= 0 && sys_file.flock(_fd, operation) == 0;

        public bool Has { get; }

        public void Dispose()
        {
            if (_fd >= 0) unistd.close(_fd);
        }
    }
}
