using System.Runtime.InteropServices;
using System.Text.Json;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.State;

namespace Minirun.Engine.Records;

/// <summary>
/// One container: its files, and what they and the kernel say of it now. Reading changes nothing and waits for nobody; Life/ mends what a
/// crash has left.
/// </summary>
public sealed class EngineContainer(EnginePaths paths, string directory, ContainerConfig config)
{
    private const int Poll = 5;   // ms

    /// <summary>Of a container whose end nobody saw.</summary>
    public const int UnknownExit = 255;

    public EnginePaths Paths { get; } = paths;
    public string Directory { get; } = directory;
    public ContainerConfig Config { get; } = config;
    public string Id => Config.Id;
    public string ShortId => Config.Id[..Math.Min(12, Config.Id.Length)];

    /// <summary>Its container.json cannot be read: its name is known, and hardly more.</summary>
    public bool IsBroken { get; internal init; }

    public string LogPath => $"{Directory}/{Id}-json.log";
    public string AttachPath => Directory + "/attach.sock";

    /// <summary>Its monitor holds a lock on it as long as it lives.</summary>
    internal string MonitorLockPath => Directory + "/monitor.lock";

    /// <summary>Somebody asked for its end: it is not started again.</summary>
    internal string StoppedPath => Directory + "/stopped";
    private string ConfigPath => Directory + "/container.json";
    private string StatePath => Directory + "/state.json";

    /// <summary>
    /// The kinds of namespaces that were made for it alone: what lives in one belongs to it. The user namespace of the container whose
    /// network it is on is not one.
    /// </summary>
    internal string[] OwnNamespaces()
    {
        try
        {
            return OwnProcesses.OwnKinds(Bundle.Read(Directory).Linux);
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            return ["mnt"];   // all of ours have that
        }
    }

    /// <summary>What is true now. One whose monitor was killed has ended, as far as anybody knows.</summary>
    public ContainerState State()
    {
        bool isMinded = MonitorLives();
        // Read behind the question: a monitor that went in between has written its last word.
        ContainerState state = Read() ?? Lost();
        if (!isMinded && state.IsUp && !IsAlive(state)) Abandon(state);
        return state;
    }

    /// <summary>Says of a state that nobody saw how its container ended.</summary>
    internal static void Abandon(ContainerState state)
    {
        state.Status = ContainerState.Exited;
        state.Pid = 0;
        state.ExitCode = UnknownExit;
        state.Cause = "unknown";
        state.Error = "its monitor was killed, so nobody saw how it ended";
        state.FinishedAt = ContainerRecord.Now();
    }

    /// <summary>The state of a container that has none that can be read.</summary>
    internal static ContainerState Lost() => new()
    {
        Status = ContainerState.Exited,
        ExitCode = UnknownExit,
        Cause = "unknown",
        Error = "its state cannot be read",
    };

    public bool IsRunning => State().IsUp;

    /// <summary>Whether the process that the state names is that process still.</summary>
    public static bool IsAlive(ContainerState state) => state.BootId == BootId() && ProcessIdentity.IsAlive(state.Pid, state.StartTime);

    internal static string BootId() => ProcFile.Read("/proc/sys/kernel/random/boot_id").TrimEnd();

    /// <summary>What is written; null when it is lost, or no state.</summary>
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

    /// <exception cref="LinuxException">It cannot be written, even in the place of the old one.</exception>
    internal void Write(ContainerState state)
    {
        AtomicFile.WriteOver(StatePath, ContainerJson.Write(state));
        Written = FileMark.Of(StatePath);
    }

    /// <summary>What its state looked like when we had written it; null: we have not.</summary>
    internal FileMark? Written { get; private set; }
    internal bool IsAsWritten => Written is not { } mark || FileMark.Of(StatePath) == mark;

    /// <summary>The same when nothing can be done about an error: what happens, happens.</summary>
    internal void Note(ContainerState state)
    {
        try
        {
            Write(state);
        }
        catch (LinuxException)
        {
            // What is in the file is mended by whoever looks next.
        }
    }

    /// <summary>What commands may have changed since: the name, and whether it starts again.</summary>
    internal void Reread()
    {
        if (ReadConfig() is { } now) (Config.Name, Config.Restart) = (now.Name, now.Restart);
    }

    /// <summary>container.json as it is now; null: it is no such thing.</summary>
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

    public bool MonitorLives()
    {
        int fd = fcntl.open(MonitorLockPath, fcntl.O_RDONLY | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool lives = sys_file.flock(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN;
        unistd.close(fd);
        return lives;
    }

    /// <summary>Whether a monitor was here and has not cleaned up: it lives, or was killed.</summary>
    internal bool HasMonitorFile => File.Exists(MonitorLockPath);

    /// <summary>Who changes the container holds this; ends with its holder.</summary>
    /// <param name="wait">Called again and again while another has it; what it throws ends the wait.</param>
    internal IDisposable Lock(Action wait) => Held.Await(this, wait);

    /// <summary>The same, when no other has it; null: another has. <see cref="IsHeld"/> tells whether that is we.</summary>
    internal IDisposable? TryLock() => Held.Try(this);

    /// <summary>We hold it.</summary>
    internal bool IsHeld { get; private set; }

    /// <summary>Whether a command changes it now.</summary>
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

        /// <summary>Null when another has it.</summary>
        public static Held? Try(EngineContainer container) =>
            FileLock.TryDirectory(container.Directory) is { } held ? new(container, held) : null;

        public void Dispose()
        {
            _container.IsHeld = false;
            _lock.Dispose();
        }
    }
}
