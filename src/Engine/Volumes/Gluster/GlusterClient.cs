using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Volumes.Gluster;

/// <summary>
/// Mounts by glusterfs(8), a FUSE file system in a process of its own, which lives as long as the mount: whoever started it may end.
/// </summary>
/// <param name="servers">Who has the volume's description: the first that answers is asked.</param>
public sealed class GlusterClient(IReadOnlyList<string> servers)
{
    private const int Patience = 30_000, Pause = 20, Lazily = sys_mount.MNT_DETACH;   // ms, ms

    /// <exception cref="UserError">It is not installed.</exception>
    public static string Find() =>
        HelperProgram.Find("glusterfs")
            ?? throw new UserError("the program glusterfs is not here", "install it (Debian: apt-get install glusterfs-client)");

    /// <summary>Mounts a volume of the servers, and waits until it is there.</summary>
    /// <param name="directory">For its log and its pid.</param>
    /// <exception cref="UserError">With the last error of its log.</exception>
    public void Mount(string volume, string place, string directory)
    {
        string log = directory + "/log", pidFile = directory + "/pid";
        unistd.unlink(log);
        List<string> arguments = ["glusterfs", "--volfile-id=" + volume];
        foreach (string server in servers) arguments.AddRange(["-s", server]);
        (int status, _, string error) = HelperProgram.Run(Find(), [.. arguments, "--log-file=" + log, "--pid-file=" + pidFile, place]);
        for (int waited = 0; status == 0 && waited < Patience && Lives(pidFile); waited += Pause)
        {
            if (IsMounted(place) && Answers(place)) return;
            Poller.Pause(Pause);
        }
        Unmount(place);
        if (Lives(pidFile)) _ = signal.kill(Pid(pidFile), signal.SIGKILL);
        throw new UserError($"{volume}: glusterfs cannot mount it from {string.Join(", ", servers)}: {Reason(log, error)}",
            "is the volume there, and started: gluster volume info");
    }

    /// <summary>Open files keep it alive until they are closed, but nobody finds it any more.</summary>
    public static void Unmount(string place)
    {
        if (Mounting.Unmount(place, 0) is not (0 or Errno.EINVAL) && Mounting.Unmount(place, Lazily) is not 0 and var errno)
            throw new LinuxException("umount2", errno, place);
    }

    public static bool IsMounted(string place) => MountInfo.Read().Any(mount => mount.Path == place);

    /// <summary>Not so when its process was killed (ENOTCONN). The kernel is not to say what it remembers.</summary>
    public static bool Answers(string place) => FileStatus.TryRead(place, out _, fcntl.AT_STATX_FORCE_SYNC);

    /// <summary>It writes its pid before it goes to the background, and ends when it cannot mount.</summary>
    private static bool Lives(string pidFile) => Pid(pidFile) is > 0 and var pid && signal.kill(pid, 0) == 0;

    private static int Pid(string file) => PidFile.TryRead(file) ?? 0;

    /// <summary>The last line of the log that is an error ("[time] E [file] 0-xlator: text"), or what it said on stderr.</summary>
    private static string Reason(string log, string error)
    {
        string last = error.Trim();
        if (File.Exists(log))
            foreach (string line in File.ReadLines(log))
                if (line.Contains("] E [", StringComparison.Ordinal)) last = line[(line.IndexOf("] E [", StringComparison.Ordinal) + 4)..];
        return last.Length > 0 ? last : "it says nothing";
    }
}
