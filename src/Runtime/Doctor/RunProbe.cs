using Minirun.Plan;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>The proof: a container with all defaults, in an empty directory, whose command is this very program (it is static).</summary>
internal static class RunProbe
{
    private const string Name = "run";

    public static Probe Examine(Host host)
    {
        DirectoryInfo? rootfs = null;
        try
        {
            rootfs = NewDirectory(host);
            if (rootfs is null)
                return new Probe(Name, true, ProbeState.Degraded,
                    $"not tried: no directory can be made in {string.Join(", ", Places(host))}", "set TMPDIR to a directory of your own");
            string? said = null;
            long start = Clock.Now();
            int status = Start(rootfs.FullName, host.Executable, text => said ??= text);
            if (status != 0)
                return new Probe(Name, true, ProbeState.Missing, $"a container was made, but its command ended with status {status}",
                    "minirun run --explain ROOTFS true shows each operation");
            string time = $"{(Clock.Now() - start) / 1e6:F1} ms";
            return said is null
                ? Probe.Ok(Name, true, $"a container was made, and ended, in {time}")
                : new Probe(Name, true, ProbeState.Degraded, $"a container was made in {time}; {said}", "see proc and sysfs");
        }
        catch (UserError error)
        {
            return new Probe(Name, true, ProbeState.Missing, error.Message, error.Hint);
        }
        catch (LinuxException error)
        {
            return new Probe(Name, true, ProbeState.Missing, error.Message,
                "mend what is missing above; minirun run --explain ROOTFS true shows each operation");
        }
        finally
        {
            if (rootfs is not null) Remove(rootfs.FullName);
        }
    }

    /// <summary>
    /// A kernel that lacks what a removal needs (openat2) made no container either, and the directory is empty: that it cannot be removed
    /// must not keep the doctor from telling what is missing.
    /// </summary>
    private static void Remove(string rootfs)
    {
        try
        {
            TreeRemoval.Remove(rootfs);
        }
        catch (LinuxException error) when (error.Number == Errno.ENOSYS)
        {
            _ = unistd.rmdir(rootfs);
        }
    }

    private static IEnumerable<string> Places(Host host) =>
        new[] { Path.GetTempPath(), host.Environment("XDG_RUNTIME_DIR"), "/dev/shm", "/var/tmp", CurrentDirectory.TryPath }.OfType<string>()
            .Where(Directory.Exists).Distinct();

    private static DirectoryInfo? NewDirectory(Host host)
    {
        foreach (string place in Places(host))
        {
            string path = Path.Combine(place, $"minirun-doctor-{unistd.getpid()}");
            try
            {
                return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next place, then.
            }
        }
        return null;
    }

    private static int Start(string rootfs, string program, Action<string> warn)
    {
        var options =
            new RunOptions { Rootfs = rootfs, Command = ["/minirun", "version"], Tty = false, Timeout = TimeSpan.FromSeconds(20) };
        options.Mounts.Add(MountFlags.Volume(program + ":/minirun:ro", "/"));
        var host = new QuietHost();
        ContainerPlan plan = Planner.Build(SpecBuilder.Build(options, host), host);
        if (!RelayedSignals.AreBlocked) RelayedSignals.Block();
        using var silence = new Silence();
        LaunchedContainer container = Launcher.Start(plan, host, PlanMode.Quiet, null);
        return Supervisor.Run(plan, container, null, PlanMode.Quiet, options.Timeout, null, warn, null);
    }

    /// <summary>The caller's environment and terminal are not the doctor's to pass on.</summary>
    private sealed class QuietHost : Host
    {
        public override string? Environment(string name) => null;

        public override bool IsTerminal(int fd) => false;

        public override StandardStream Stream(int fd) => default;
    }

    /// <summary>Standard input, output and error are nowhere, for a while: the caller's terminal does not go into a container.</summary>
    private sealed class Silence : IDisposable
    {
        private readonly int[] _kept = new int[3];

        public Silence()
        {
            int nowhere = fcntl.open("/dev/null", fcntl.O_RDWR | fcntl.O_CLOEXEC);
            for (int fd = 0; fd < 3; fd++)
            {
                _kept[fd] = fcntl.fcntl_(fd, fcntl.F_DUPFD_CLOEXEC, 3);
                syscall(SYS_dup3, nowhere, fd, 0);
            }
            unistd.close(nowhere);
        }

        public void Dispose()
        {
            for (int fd = 0; fd < 3; fd++)
            {
                syscall(SYS_dup3, _kept[fd], fd, 0);
                unistd.close(_kept[fd]);
            }
        }
    }
}
