using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime.State;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Networks;

/// <summary>
/// A network namespace held by a mount. Root's: then it outlives its processes, whoever ends first, and what plugins have made outside it
/// can be taken down in order. It can be opened by programs that have given their rights away, as /proc/PID/ns/net cannot.
/// </summary>
internal static unsafe class HeldNamespace
{
    /// <summary>The record names it before it is there.</summary>
    public static void Hold(NetworkContext context, int pid)
    {
        string path = PathOf(context.Container);
        context.Record.NetNs = path;
        context.Save();
        OwnDirectory.Make(Path.GetDirectoryName(path)!, 0x1c9 /* 0711: plugins that have given up their rights open it */);
        unistd.close(
            (int)LinuxException.Check(
                fcntl.open(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC, 0x180 /* 0600 */), "open", path));
        string source = $"/proc/{PortMapping.Number(pid)}/ns/net";
        using var from = new NativeText(source);
        using var to = new NativeText(path);
        LinuxException.Check(syscall(SYS_mount, from.Pointer, to.Pointer, 0, sys_mount.MS_BIND, 0), "mount", path);
    }

    public static string PathOf(EngineContainer container) => $"{container.Paths.Run}/netns/{container.Id}";

    public static void LetGo(string path)
    {
        using var text = new NativeText(path);
        while (syscall(SYS_umount2, text.Pointer, sys_mount.MNT_DETACH) == 0) { }
        unistd.unlink(path);
    }
}
