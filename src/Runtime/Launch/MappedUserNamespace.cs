using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Scripts;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>A user namespace that nobody lives in: the kernel takes id maps for mounts in this form only.</summary>
internal static class MappedUserNamespace
{
    /// <summary>A descriptor of a new one with these maps. A child is its only process until it has them.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static int Open(List<OciIdMapping> uids, List<OciIdMapping> gids)
    {
        using var script = new ScriptWriter();
        script.Add(0, SYS_ppoll, 0, 0, 0);   // until it is killed
        (int pid, int pidfd) = script.Clone(sched.CLONE_NEWUSER, -1, PlanMode.Quiet);
        try
        {
            IdMapWriter.Write(pid, uids, gids);
            string path = "/proc/" + pid.ToString() + "/ns/user";
            return (int)LinuxException.Check(fcntl.open(path, fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", path);
        }
        finally
        {
            syscall(SYS_pidfd_send_signal, pidfd, signal.SIGKILL, 0, 0);
            ExitStatus.Wait(pid);
            unistd.close(pidfd);
        }
    }
}
