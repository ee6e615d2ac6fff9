using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Cgroups;

/// <summary>Kills by the kernel for want of memory: how many, and a descriptor that tells of the next.</summary>
internal static unsafe class OomWatch
{
    public static long Count(CgroupState state)
    {
        string? text = state.Paths.TryGetValue("memory", out string? old) ? CgroupFs.Read(old + "/memory.oom_control")
            : state.Paths.TryGetValue("", out string? unified) ? CgroupFs.Read(unified + "/memory.events") : null;
        return (long)(CgroupFs.Find(text, "oom_kill") ?? 0);
    }

    /// <summary>
    /// Readable after a kill: an eventfd in version 1; in version 2 an inotify descriptor that tells of any change of memory.events.
    /// </summary>
    /// <exception cref="UserError">Its memory is not watched by a cgroup.</exception>
    public static int Open(CgroupState state)
    {
        if (state.Paths.TryGetValue("memory", out string? old)) return OpenOld(old);
        string file = state.Paths.GetValueOrDefault("") + "/memory.events";
        if (!CgroupFs.Exists(file))
            throw new UserError("the container's memory is not in a cgroup: nothing can tell of OOM",
                "give it a limit, or linux.cgroupsPath");
        int fd = (int)LinuxException.Check(syscall(SYS_inotify_init1, sys_inotify.IN_CLOEXEC | sys_inotify.IN_NONBLOCK), "inotify_init1");
        nint path = Marshal.StringToCoTaskMemUTF8(file);
        nint watch = syscall(SYS_inotify_add_watch, fd, path, sys_inotify.IN_MODIFY);
        int errno = Marshal.GetLastPInvokeError();
        Marshal.FreeCoTaskMem(path);
        if (watch >= 0) return fd;
        unistd.close(fd);
        throw new LinuxException("inotify_add_watch", errno, file);
    }

    private static int OpenOld(string directory)
    {
        string file = directory + "/memory.oom_control";
        int oom = (int)LinuxException.Check(CgroupFs.Open(file, fcntl.O_RDONLY), "open", file);
        int fd = (int)syscall(SYS_eventfd2, 0, fcntl.O_CLOEXEC | fcntl.O_NONBLOCK);
        int errno = CgroupFs.Write(directory + "/cgroup.event_control", fd + " " + oom);
        unistd.close(oom);
        if (errno == 0) return fd;
        unistd.close(fd);
        throw new LinuxException("write", errno, directory + "/cgroup.event_control");
    }
}
