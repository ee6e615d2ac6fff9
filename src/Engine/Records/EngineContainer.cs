using System.Text.Json;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.State;

namespace Minirun.Engine.Records;

/// <summary>
/// One container: its files, and what the files and the kernel say about it now. Reading never changes anything and never waits; Life/
/// repairs what a crash has left.
/// </summary>
public sealed class EngineContainer(EnginePaths paths, string directory, ContainerConfig config)
{
    private const int Poll = 5;   // ms

    /// <summary>The exit code of a container whose end nobody saw.</summary>
    public const int UnknownExit = 255;

    public EnginePaths Paths { get; } = paths;
    public string Directory { get; } = directory;
    public ContainerConfig Config { get; } = config;
    public string Id => Config.Id;
    public string ShortId => Config.Id[..Math.Min(12, Config.Id.Length)];

    /// <summary>Its container.json cannot be read: little more than its name is known.</summary>
    public bool IsBroken { get; internal init; }

    public string LogPath => $"{Directory}/{Id}-json.log";
    public string AttachPath => Directory + "/attach.sock";

    /// <summary>The container's monitor locks this file as long as the monitor lives.</summary>
    internal string MonitorLockPath => Directory + "/monitor.lock";

    /// <summary>This file exists once somebody has asked for the container's end: the container is not restarted then.</summary>
    internal string StoppedPath => Directory + "/stopped";
    private string ConfigPath => Directory + "/container.json";
    private string StatePath => Directory + "/state.json";

    /// <summary>
    /// The kinds of namespaces that were made for this container alone: a process in one of them belongs to the container. A user
    /// namespace that it shares with the container whose network it uses is not among them.
    /// </summary>
    internal string[] OwnNamespaces()
    {
        try
        {
            return OwnProcesses.OwnKinds(Bundle.Read(Directory).Linux);
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            return ["mnt"];   // every container of ours has a mount namespace
        }
    }

    /// <summary>The state as it is now. A container whose monitor was killed counts as exited: nobody will see its end.</summary>
    public ContainerState State()
    {
        bool isMinded = MonitorLives();
        // The order matters: a monitor that exits between the two has written the final state.
        ContainerState state = Read() ?? Lost();
        if (!isMinded && state.IsUp && !IsAlive(state)) Abandon(state);
        return state;
    }

    /// <summary>Changes a state to "exited, and nobody saw how".</summary>
    internal static void Abandon(ContainerState state)
    {
        state.Status = ContainerState.Exited;
        state.Pid = 0;
        state.ExitCode = UnknownExit;
        state.Cause = "unknown";
        state.Error = "its monitor was killed, so nobody saw how it ended";
        state.FinishedAt = ContainerRecord.Now();
    }

    /// <summary>The state of a container whose own cannot be read.</summary>
    internal static ContainerState Lost() => new()
    {
        Status = ContainerState.Exited,
        ExitCode = UnknownExit,
        Cause = "unknown",
        Error = "its state cannot be read",
    };

    public bool IsRunning => State().IsUp;

    /// <summary>Whether the process that the state names still runs.</summary>
    public static bool IsAlive(ContainerState state) => state.BootId == BootId() && ProcessIdentity.IsAlive(state.Pid, state.StartTime);

    internal static string BootId() => ProcFile.Read("/proc/sys/kernel/random/boot_id").TrimEnd();

    /// <summary>The state on the disk; null when the file is missing or holds something else.</summary>
    internal ContainerState? Read()
    {
        try
        {
            return Document.Read(StatePath, EngineJson.Default.ContainerState);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="LinuxException">The file cannot be written, not even over the old one.</exception>
    internal void Write(ContainerState state)
    {
        AtomicFile.WriteOver(StatePath, ContainerJson.Write(state));
        Written = FileMark.Of(StatePath);
    }

    /// <summary>How the state's file looked after we had written it; null when we have not.</summary>
    internal FileMark? Written { get; private set; }
    internal bool IsAsWritten => Written is not { } mark || FileMark.Of(StatePath) == mark;

    /// <summary>Writes the state, and goes on when that fails: there is nobody to tell.</summary>
    internal void Note(ContainerState state)
    {
        try
        {
            Write(state);
        }
        catch (LinuxException)
        {
            // The next command that reads the file repairs it.
        }
    }

    /// <summary>Takes over what commands may have changed since: the name and the restart policy.</summary>
    internal void Reread()
    {
        if (ReadConfig() is { } now) (Config.Name, Config.Restart) = (now.Name, now.Restart);
    }

    /// <summary>container.json as it is now; null when the file holds something else.</summary>
    internal ContainerConfig? ReadConfig()
    {
        try
        {
            return Document.Read(ConfigPath, EngineJson.Default.ContainerConfig);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void WriteConfig() => AtomicFile.Write(ConfigPath, ContainerJson.Write(Config));

    /// <summary>Waits until the container has no monitor any more; its state is final then. False when the time is over.</summary>
    public bool WaitForMonitor(int milliseconds)
    {
        for (int waited = 0; MonitorLives(); waited += Poll)
        {
            if (milliseconds >= 0 && waited >= milliseconds) return false;
            Poller.Pause(Poll);
        }
        return true;
    }

    public bool MonitorLives()
    {
        using Fd fd = Fd.TryOpen(MonitorLockPath, fcntl.O_RDONLY | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW);
        return fd.IsOpen && FileLocks.TryTake(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) == Errno.EAGAIN;
    }

    /// <summary>Whether a monitor was here and has not cleaned up: the monitor lives, or was killed.</summary>
    internal bool HasMonitorFile => File.Exists(MonitorLockPath);

    /// <summary>Locks the container for a change. The kernel ends the lock with the process that holds it.</summary>
    /// <param name="wait">Called again and again while another process has the lock; an exception from it ends the wait.</param>
    internal IDisposable Lock(Action wait) => Held.Await(this, wait);

    /// <summary>Locks the container unless another has locked it: null. <see cref="IsHeld"/> tells whether this process has.</summary>
    internal IDisposable? TryLock() => Held.Try(this);

    /// <summary>Whether this process holds the lock.</summary>
    internal bool IsHeld { get; private set; }

    /// <summary>Whether a command is changing the container now.</summary>
    internal bool IsBusy()
    {
        using Held? held = Held.Try(this);
        return held is null;
    }

    private sealed class Held : IDisposable
    {
        private readonly EngineContainer _container;
        private readonly FileLock _lock;

        private Held(EngineContainer container, FileLock held) => (_container, _lock, container.IsHeld) = (container, held, true);

        public static Held Await(EngineContainer container, Action wait)
        {
            try
            {
                return new(container, FileLock.OnDirectory(container.Directory, wait));
            }
            catch (LinuxException error) when (error.Call == "open")
            {
                throw new UserError($"no such container: {container.Config.Name}", "it was removed meanwhile") { IsMissing = true };
            }
        }

        /// <summary>Null when another process has the lock.</summary>
        public static Held? Try(EngineContainer container) =>
            FileLock.TryDirectory(container.Directory) is { } held ? new(container, held) : null;

        public void Dispose()
        {
            _container.IsHeld = false;
            _lock.Dispose();
        }
    }
}
