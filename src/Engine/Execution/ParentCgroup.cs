using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.State;

namespace Minirun.Engine.Execution;

/// <summary>The cgroup that root's containers are made in where systemd cannot be asked. The last of them takes it away.</summary>
public static class ParentCgroup
{
    public const string Path = "/minirun";

    // One for all engines of the machine, where root alone may open it: whoever can open a file can lock it (flock(2)).
    private const string Directory = "/run/minirun", Lock = Directory + "/cgroup.lock";
    private const uint MayPass = 0x1c9;   // 0711

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

    /// <summary>While a container is made in it, nobody takes it away. Null where there is no place for a lock.</summary>
    /// <exception cref="UserError">Another command has the lock for too long.</exception>
    internal static IDisposable? Hold() => HasPlace() ? FileLock.OnFile(Lock, "the cgroup " + Path, shared: true) : null;

    internal static void RemoveIfEmpty()
    {
        if (!HasPlace()) return;
        using FileLock? held = FileLock.TryFile(Lock);
        // Who makes one just now removes it later.
        if (held is not null) ProcessCgroup.RemoveEmpty(Path);
    }

    /// <summary>Who is only called root, in a user namespace, may have no /run to write to.</summary>
    private static bool HasPlace()
    {
        if (unistd.geteuid() != 0) return false;
        try
        {
            OwnDirectory.Check(Directory, Directory);
            OwnDirectory.Make(Directory, MayPass);
            return fcntl.faccessat(fcntl.AT_FDCWD, Directory, unistd.W_OK, fcntl.AT_EACCESS) == 0;
        }
        catch (Exception error) when (error is LinuxException or UserError)
        {
            return false;
        }
    }
}
