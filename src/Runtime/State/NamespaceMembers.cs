using System.Globalization;
using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.State;

/// <summary>
/// The processes of a container by its own namespaces: those in its mount namespace, and those in its user namespace or one below, wherever
/// else they went. A namespace is known by its inode number in /proc/PID/ns and is held open meanwhile: the kernel gives the number of one
/// that has ended to the next.
/// </summary>
public sealed class NamespaceMembers : IDisposable
{
    private const nint NS_GET_PARENT = 0xb702;   // ioctl_ns(2)
    private const int Deepest = 32;              // user_namespaces(7)

    private readonly List<(string Kind, string Link, int Fd)> _own;
    private readonly string? _callers = ProcFile.ReadLink("/proc/self/ns/user");

    private NamespaceMembers(List<(string Kind, string Link, int Fd)> own) => _own = own;

    /// <summary>
    /// The kinds of namespaces that are made for a container alone, for <see cref="Of"/>: one that it joins is another's.
    /// </summary>
    public static string[] OwnKinds(OciLinux linux)
    {
        bool Makes(string type) => linux.Namespaces.Exists(each => each.Type == type && string.IsNullOrEmpty(each.Path));
        return [.. Makes("mount") ? ["mnt"] : Array.Empty<string>(), .. Makes("user") ? ["user"] : Array.Empty<string>()];
    }

    /// <summary>Null when all of these are also ours, or cannot be looked at.</summary>
    /// <param name="pid">A process of it.</param>
    /// <param name="kinds">Of the namespaces that were made for it and that nobody else is in, the names of their files: mnt, user.</param>
    public static NamespaceMembers? Of(int pid, params ReadOnlySpan<string> kinds)
    {
        List<(string, string, int)> own = [];
        foreach (string kind in kinds)
        {
            int fd = Open(pid, kind);
            if (fd < 0) continue;
            // Of what was opened: the process may have ended since.
            string? link = Link(fd);
            if (link is not null && link != ProcFile.ReadLink("/proc/self/ns/" + kind)) own.Add((kind, link, fd));
            else unistd.close(fd);
        }
        return own.Count > 0 ? new(own) : null;
    }

    /// <summary>
    /// Of an --init that came into its user namespace from outside nobody but root may look (ptrace(2)): its command is in the same
    /// namespaces.
    /// </summary>
    private static int Open(int pid, string kind)
    {
        int fd = fcntl.open($"{ProcessIdentity.Directory(pid)}/ns/{kind}", fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        if (fd >= 0 || Marshal.GetLastPInvokeError() != Errno.EACCES) return fd;
        try
        {
            foreach (int child in ProcFile.Children(ProcessIdentity.Directory(pid)))
                if ((fd = fcntl.open($"{ProcessIdentity.Directory(child)}/ns/{kind}", fcntl.O_RDONLY | fcntl.O_CLOEXEC)) >= 0) break;
        }
        catch (IOException)
        {
            // It has ended.
        }
        return fd;
    }

    /// <summary>Those that live.</summary>
    public List<int> Pids()
    {
        List<int> pids = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(directory.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && Has(pid))
                pids.Add(pid);
        return pids;
    }

    /// <summary>Sends SIGKILL to all of them. Gives how many there were: who forks meanwhile is found the next time.</summary>
    public int Kill()
    {
        List<int> pids = Pids();
        foreach (int pid in pids)
        {
            int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
            if (pidfd < 0) continue;
            // Asked again with the descriptor in hand: from now on the pid cannot change hands unnoticed.
            if (Has(pid)) syscall(SYS_pidfd_send_signal, pidfd, signal.SIGKILL, 0, 0);
            unistd.close(pidfd);
        }
        return pids.Count;
    }

    /// <summary>Kills until none is left; false when one is after that time.</summary>
    public unsafe bool End(int milliseconds)
    {
        const int pause = 2;   // ms
        for (int waited = 0; Kill() > 0; waited += pause)
        {
            if (waited >= milliseconds) return false;
            poll.poll_(null, 0, pause);
        }
        return true;
    }

    public void Dispose()
    {
        foreach (var (_, _, fd) in _own) unistd.close(fd);
    }

    private bool Has(int pid)
    {
        foreach (var (kind, link, _) in _own)
        {
            string? its = ProcFile.ReadLink($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/{kind}")
                ?? ProcFile.ReadLink($"{ProcessIdentity.Directory(pid)}/ns/{kind}");
            bool isIn = its == link || (kind == "user" && its is not null && its != _callers && IsBelow(pid, link));
            // One that has ended, and that nobody has waited for, is still in its user namespace.
            if (isIn) return ProcessIdentity.StartTime(pid) != 0;
        }
        return false;
    }

    /// <summary>Whether a process is in a user namespace that was made in that one, or in one of those.</summary>
    private static bool IsBelow(int pid, string ancestor)
    {
        int space = fcntl.open(ProcessIdentity.Directory(pid) + "/ns/user", fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        bool found = false;
        for (int i = 0; space >= 0 && !found && i <= Deepest; i++)
        {
            // None above ours can be had (EPERM).
            int parent = (int)syscall(SYS_ioctl, space, NS_GET_PARENT, 0);
            unistd.close(space);
            space = parent;
            found = space >= 0 && Link(space) == ancestor;
        }
        if (space >= 0) unistd.close(space);
        return found;
    }

    private static string? Link(int fd) => ProcFile.ReadLink("/proc/self/fd/" + fd.ToString(CultureInfo.InvariantCulture));
}
