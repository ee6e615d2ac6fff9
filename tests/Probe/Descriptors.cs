using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>Open descriptors and what they are. Found by asking for each number: reading /proc/self/fd would open one more.</summary>
internal static class Descriptors
{
    private const int Highest = 4096;

    public static int List(int first)
    {
        // All first: the runtime opens /dev/urandom the first time that a string is put together.
        var open = new List<int>(Highest);
        for (int fd = first; fd < Highest; fd++)
            if (fcntl.fcntl_(fd, fcntl.F_GETFD) >= 0) open.Add(fd);
        foreach (int fd in open) Out.Line($"{fd} {Facts.Link("/proc/self/fd/" + fd)}");
        return 0;
    }

    /// <summary>What sd_listen_fds(3) would see.</summary>
    public static int Listen()
    {
        Out.Line("LISTEN_FDS=" + Environment.GetEnvironmentVariable("LISTEN_FDS"));
        string? pid = Environment.GetEnvironmentVariable("LISTEN_PID");
        Out.Line($"LISTEN_PID={(pid == unistd.getpid().ToString() ? "mine" : pid)}");
        return List(3);
    }
}
