using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.State;

namespace Minirun.Engine.Networks;

/// <summary>
/// A network namespace held by a mount. Root's: then it outlives its processes, whoever ends first, and what plugins have made outside it
/// can be taken down in order. It can be opened by programs that have given their rights away, as /proc/PID/ns/net cannot.
/// </summary>
internal static class HeldNamespace
{
    /// <summary>The record names it before it is there.</summary>
    public static void Hold(NetworkContext context, int pid)
    {
        string path = NetworkRecord.NamespaceOf(context.Paths, context.Id);
        context.Record.NetNs = path;
        context.Save();
        OwnDirectory.Make(Path.GetDirectoryName(path)!, 0x1c9 /* 0711: plugins that have given up their rights open it */);
        using (Fd.Open(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_NOFOLLOW, 0x180 /* 0600 */)) { }
        if (Mounting.Mount($"/proc/{PortMapping.Number(pid)}/ns/net", path, type: null, sys_mount.MS_BIND) is not 0 and var errno)
            throw new LinuxException("mount", errno, path);
    }

    public static void LetGo(string path)
    {
        while (Mounting.Unmount(path, sys_mount.MNT_DETACH) == 0) { }
        unistd.unlink(path);
    }
}
