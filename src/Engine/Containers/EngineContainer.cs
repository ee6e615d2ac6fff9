using System.Runtime.InteropServices;
using System.Text.Json;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Flight;
using Minirun.Engine.Monitor;
using Minirun.Engine.Networks;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Containers;

/// <summary>One container: its files, and what is true of it now.</summary>
public sealed class EngineContainer(ContainerStore store, string directory, ContainerConfig config)
{
    private const int Poll = 5;   // ms

    public ContainerStore Store { get; } = store;
    public string Directory { get; } = directory;
    public ContainerConfig Config { get; } = config;
    public string Id => Config.Id;
    public string ShortId => Config.Id[..Math.Min(12, Config.Id.Length)];
    public string LogPath => $"{Directory}/{Id}-json.log";
    public string AttachPath => Directory + "/attach.sock";
    public IExecutionDriver Driver => field ??= ExecutionDrivers.Of(Config.Runtime, Store.Paths);

    /// <summary>Its monitor holds a lock on it as long as it lives.</summary>
    internal string MonitorLockPath => Directory + "/monitor.lock";

    /// <summary>Somebody asked for its end: it is not started again.</summary>
    internal string StoppedPath => Directory + "/stopped";
    private string StatePath => Directory + "/state.json";

    /// <summary>What is true now. What a killed monitor left is put right on the way.</summary>
    public ContainerState State()
    {
        ContainerState state = Read();
        if (MonitorLives()) return state;
        // It may have written its last word in between.
        state = Read();
        if (state.Status is not (ContainerState.Running or ContainerState.Restarting))
        {
            // One that was killed before its container ran has left what it had made until then.
            if (File.Exists(MonitorLockPath)) TakeBack(null);
            return state;
        }
        if (IsAlive(state)) return state;
        state.Status = ContainerState.Exited;
        state.Pid = 0;
        state.ExitCode = UnknownExit;
        state.Cause = "unknown";
        state.Error = "its monitor was killed, so nobody saw how it ended";
        state.FinishedAt = ContainerRecord.Now();
        TakeBack(state);
        return state;
    }

    /// <summary>Takes away what a monitor that was killed had made. Not while another command minds the container: it does so itself.</summary>
    private void TakeBack(ContainerState? state)
    {
        using Held? held = _isHeld ? null : Held.Try(this);
        if (!_isHeld || MonitorLives()) return;
        Driver.Delete(Id);
        ParentCgroup.RemoveIfEmpty();
        ContainerNetwork.Release(this);
        ContainerVolumes.Release(this);
        if (state is not null) Write(state);
        unistd.unlink(MonitorLockPath);
    }

    /// <summary>Of a container whose end nobody saw.</summary>
    public const int UnknownExit = 255;

    /// <summary>The state, and whether it stands still.</summary>
    public string Status() => Status(State());

    public string Status(ContainerState state) => state.Status == ContainerState.Running && Driver.IsPaused(Id) ? ContainerState.Paused : state.Status;

    public bool IsRunning => State().Status is ContainerState.Running or ContainerState.Restarting;

    /// <summary>Whether the process that the state names is that process still.</summary>
    public static bool IsAlive(ContainerState state) => state.BootId == BootId() && ProcessIdentity.IsAlive(state.Pid, state.StartTime);

    internal static string BootId() => ProcFile.Read("/proc/sys/kernel/random/boot_id").TrimEnd();

    internal void Write(ContainerState state) => AtomicFile.Write(StatePath, JsonSerializer.SerializeToUtf8Bytes(state, EngineJson.Default.ContainerState));

    /// <summary>What commands may have changed since: the name, and whether it starts again.</summary>
    internal void Reread()
    {
        if (AtomicFile.Read(Directory + "/container.json") is not { } json || JsonSerializer.Deserialize(json, EngineJson.Default.ContainerConfig) is not { } now) return;
        Config.Name = now.Name;
        Config.Restart = now.Restart;
    }

    public void WriteConfig() => AtomicFile.Write(Directory + "/container.json", JsonSerializer.SerializeToUtf8Bytes(Config, EngineJson.Default.ContainerConfig));

    /// <summary>Sends a signal to the first process.</summary>
    /// <exception cref="UserError">It does not run.</exception>
    public void Signal(int number)
    {
        using InitProcess init = Open() ?? throw new UserError($"container {Config.Name} is not running", "minirun ps -a says what became of it");
        init.Signal(number);
        EngineEvents.Add(this, "kill", "signal", EngineEvents.Text(number));
    }

    /// <summary>Asks it to end, and after a while ends it.</summary>
    /// <param name="seconds">How long it may take; below 0: any time.</param>
    /// <returns>False when it did not run.</returns>
    public bool Stop(int number, int seconds)
    {
        AtomicFile.Write(StoppedPath, []);
        using InitProcess? init = Open();
        if (init is null)
        {
            // Between two runs: its monitor sees the file.
            bool waits = MonitorLives();
            WaitForMonitor(Timeout.Infinite);
            return waits;
        }
        if (Status() == ContainerState.Paused) Driver.Resume(Id);
        init.Signal(number);
        EngineEvents.Add(this, "kill", "signal", EngineEvents.Text(number));
        if (!init.WaitForEnd(seconds < 0 ? Timeout.Infinite : seconds * 1000))
        {
            init.Signal(signal.SIGKILL);
            EngineEvents.Add(this, "kill", "signal", EngineEvents.Text(signal.SIGKILL));
        }
        init.WaitForEnd(Timeout.Infinite);
        WaitForMonitor(Timeout.Infinite);
        return true;
    }

    /// <summary>Waits until no monitor minds it any more; its state is final then. False when the time is over.</summary>
    public bool WaitForMonitor(int milliseconds)
    {
        for (int waited = 0; MonitorLives(); waited += Poll)
        {
            if (milliseconds >= 0 && waited >= milliseconds) return false;
            unsafe { poll.poll_(null, 0, Poll); }
        }
        return true;
    }

    /// <summary>The first process; null when there is none.</summary>
    public InitProcess? Open()
    {
        ContainerState state = State();
        return state.Pid > 0 && state.BootId == BootId() ? InitProcess.Open(new ContainerRecord { Pid = state.Pid, StartTime = state.StartTime }) : null;
    }

    public bool MonitorLives()
    {
        int fd = fcntl.open(MonitorLockPath, fcntl.O_RDONLY | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool lives = sys_file.flock(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN;
        unistd.close(fd);
        return lives;
    }

    /// <summary>Who changes the container holds this; ends with its holder.</summary>
    public IDisposable Lock() => Held.Await(this);

    /// <summary>By us.</summary>
    private bool _isHeld;

    /// <summary>Takes all of it away. It does not run.</summary>
    /// <returns>What could not be taken back elsewhere; null: all could.</returns>
    public string? Remove()
    {
        Graveyard.Bury(this);
        Driver.Delete(Id);
        ParentCgroup.RemoveIfEmpty();
        ContainerNetwork.Release(this);
        string? complaint = ContainerVolumes.Release(this);
        Store.Forget(this);
        return complaint;
    }

    private ContainerState Read()
    {
        try
        {
            return AtomicFile.Read(StatePath) is { } json ? JsonSerializer.Deserialize(json, EngineJson.Default.ContainerState) ?? new() : new();
        }
        catch (JsonException)
        {
            return new ContainerState { Status = ContainerState.Exited, ExitCode = UnknownExit, Cause = "unknown", Error = "its state cannot be read" };
        }
    }

    private sealed class Held : IDisposable
    {
        private readonly EngineContainer _container;
        private readonly int _fd;

        private Held(EngineContainer container, int fd) => (_container, _fd, container._isHeld) = (container, fd, true);

        public static Held Await(EngineContainer container)
        {
            int fd = Open(container);
            if (fd < 0) throw new UserError($"no such container: {container.Config.Name}", "it was removed meanwhile");
            while (sys_file.flock(fd, sys_file.LOCK_EX) < 0)
                if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("flock", errno, container.Directory);
            return new(container, fd);
        }

        /// <summary>Null when another has it.</summary>
        public static Held? Try(EngineContainer container)
        {
            int fd = Open(container);
            if (fd < 0) return null;
            if (sys_file.flock(fd, sys_file.LOCK_EX | sys_file.LOCK_NB) == 0) return new(container, fd);
            unistd.close(fd);
            return null;
        }

        private static int Open(EngineContainer container) => fcntl.open(container.Directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC);

        public void Dispose()
        {
            _container._isHeld = false;
            unistd.close(_fd);
        }
    }
}
