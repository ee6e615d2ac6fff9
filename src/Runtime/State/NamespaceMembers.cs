using System.Globalization;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.State;

/// <summary>
/// The processes of a namespace, found by its inode number in /proc/PID/ns. It is held open meanwhile: the kernel gives the number of one
/// that has ended to the next.
/// </summary>
public sealed class NamespaceMembers : IDisposable
{
    private readonly string _kind, _link;
    private readonly int _fd;

    private NamespaceMembers(string kind, string link, int fd) => (_kind, _link, _fd) = (kind, link, fd);

    /// <summary>Null when it is also ours, or cannot be looked at.</summary>
    /// <param name="pid">A process of it.</param>
    /// <param name="kind">The name of its file: pid, mnt.</param>
    public static NamespaceMembers? Of(int pid, string kind)
    {
        string path = $"{ProcessIdentity.Directory(pid)}/ns/{kind}";
        int fd = fcntl.open(path, fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        if (fd < 0) return null;
        // Of what was opened: the process may have ended since.
        string? link = ProcFile.ReadLink("/proc/self/fd/" + fd.ToString(CultureInfo.InvariantCulture));
        if (link is not null && link != ProcFile.ReadLink("/proc/self/ns/" + kind)) return new(kind, link, fd);
        unistd.close(fd);
        return null;
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

    public void Dispose() => unistd.close(_fd);

    private bool Has(int pid) =>
        (ProcFile.ReadLink($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/{_kind}")
            ?? ProcFile.ReadLink($"{ProcessIdentity.Directory(pid)}/ns/{_kind}")) == _link;
}
