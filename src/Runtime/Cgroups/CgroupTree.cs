using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>One directory of a cgroup and all below it, which the container may have made.</summary>
internal static unsafe class CgroupTree
{
    private const int Deadline = 10_000;
    private static readonly byte[] s_processes = "cgroup.procs\0"u8.ToArray();

    /// <summary>Host pids of all processes.</summary>
    public static void AddPids(string directory, List<int> pids)
    {
        CgroupWalk.Visit(directory, each =>
        {
            foreach (ReadOnlySpan<char> line in (CgroupFs.Read(each, s_processes) ?? "").AsSpan().EnumerateLines())
                if (int.TryParse(line, out int pid) && pid > 0) pids.Add(pid);
        });
    }

    /// <summary>Removes it from the leaves up; waits for those who are about to end. 0, or an error number.</summary>
    public static int Remove(string directory)
    {
        long end = Environment.TickCount64 + Deadline;
        while (true)
        {
            int errno = CgroupFs.RemoveDirectory(directory);
            if (errno is 0 or Errno.ENOENT) return 0;
            if (errno != Errno.EBUSY && errno != Errno.ENOTEMPTY) return errno;
            CgroupWalk.RemoveBelow(directory);
            errno = CgroupFs.RemoveDirectory(directory);
            if (errno is 0 or Errno.ENOENT) return 0;
            int left = (int)(end - Environment.TickCount64);
            if (left <= 0) return errno;
            AwaitChange(directory, left);
        }
    }

    /// <summary>
    /// Waits until the last process is gone, as far as the kernel tells: version 2 by cgroup.events, version 1 by the processes.
    /// </summary>
    private static void AwaitChange(string directory, int milliseconds)
    {
        if (CgroupFs.Exists(directory + "/cgroup.events"))
        {
            AwaitEvent(directory, "populated", 0, milliseconds);
            return;
        }
        List<int> pids = [];
        AddPids(directory, pids);
        int fd = pids.Count == 0 ? -1 : (int)sys_syscall.syscall(sys_syscall.SYS_pidfd_open, pids[0], 0);
        // Nothing tells when a dead process lets go of its cgroup: it takes less than a millisecond.
        Poll(fd, poll.POLLIN, fd < 0 ? 1 : milliseconds);
        if (fd >= 0) unistd.close(fd);
    }

    /// <summary>Waits until a line of cgroup.events has this value. False when it does not in time.</summary>
    public static bool AwaitEvent(string directory, string key, ulong value, int milliseconds = Deadline)
    {
        string path = directory + "/cgroup.events";
        int fd = CgroupFs.Open(path, fcntl.O_RDONLY);
        if (fd < 0) return false;
        long end = Environment.TickCount64 + milliseconds;
        byte* text = stackalloc byte[256];
        bool reached;
        while (true)
        {
            nint length = sys_syscall.syscall(sys_syscall.SYS_pread64, fd, (nint)text, 256, 0);
            reached = length <= 0 || CgroupFs.Find(System.Text.Encoding.ASCII.GetString(text, (int)length), key) == value;
            int left = (int)(end - Environment.TickCount64);
            if (reached || left <= 0) break;
            Poll(fd, poll.POLLPRI, left);
        }
        unistd.close(fd);
        return reached;
    }

    internal static void Poll(int fd, short events, int milliseconds)
    {
        var wait = new pollfd { fd = fd, events = events };
        if (poll.poll_(&wait, 1, milliseconds) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new LinuxException("poll", Marshal.GetLastPInvokeError());
    }
}
