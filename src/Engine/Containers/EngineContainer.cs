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
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Engine.Containers;

/// <summary>One container: its files, and what is true of it now.</summary>
public sealed class EngineContainer(ContainerStore store, string directory, ContainerConfig config)
{
    private const int Poll = 5;   // ms

    /// <summary>
    /// The kinds of namespaces that were made for it alone: what lives in one belongs to it. That of who lent it a network is not one.
    /// </summary>
    internal string[] OwnNamespaces()
    {
        try
        {
            return NamespaceMembers.OwnKinds(Bundle.Read(Directory).Linux);
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            return ["mnt"];   // all of ours have that
        }
    }

    public ContainerStore Store { get; } = store;
    public string Directory { get; } = directory;
    public ContainerConfig Config { get; } = config;
    public string Id => Config.Id;
    public string ShortId => Config.Id[..Math.Min(12, Config.Id.Length)];

    /// <summary>The driver, where its program is still here: a container can be listed and removed without.</summary>
    internal IExecutionDriver? Known => ExecutionDrivers.Find(Config.Runtime, Store.Paths);

    public string LogPath => $"{Directory}/{Id}-json.log";
    public string AttachPath => Directory + "/attach.sock";
    public IExecutionDriver Driver => field ??= ExecutionDrivers.Of(Config.Runtime, Store.Paths);

    /// <summary>Its monitor holds a lock on it as long as it lives.</summary>
    internal string MonitorLockPath => Directory + "/monitor.lock";

    /// <summary>Somebody asked for its end: it is not started again.</summary>
    internal string StoppedPath => Directory + "/stopped";
    private string StatePath => Directory + "/state.json";

    /// <summary>What is true now. What a killed monitor left is put right on the way, and a state that is lost.</summary>
    public ContainerState State()
    {
        ContainerState? state = Read();
        if (MonitorLives())
        {
            // It knows all that is to be known, and writes it down again.
            if (state is null && LivingMonitor.Knock(this)) state = Read();
            return state ?? LostState.Of(this);
        }
        // It may have written its last word in between.
        state = Read();
        if (state is null) Keep(state = LostState.Of(this));
        if (state.Status is not (ContainerState.Running or ContainerState.Restarting))
        {
            // One that was killed before its container ran has left what it had made until then.
            if (!File.Exists(MonitorLockPath)) return state;
            if (LostState.Of(this) is { Status: ContainerState.Running } found)
            {
                Keep(found);
                return found;
            }
            TakeBack(null);
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

    /// <summary>What was found of a state that was lost. Not while another command minds the container: it does so itself.</summary>
    private void Keep(ContainerState state)
    {
        using Held? held = IsHeld ? null : Held.Try(this);
        if (IsHeld && !MonitorLives() && state.Status != ContainerState.Created) Note(state);
    }

    /// <summary>Takes away what a monitor that was killed had made. Not while another command minds the container: it does so itself.</summary>
    private void TakeBack(ContainerState? state)
    {
        using Held? held = IsHeld ? null : Held.Try(this);
        if (!IsHeld || MonitorLives()) return;
        Known?.Delete(Id);
        ParentCgroup.RemoveIfEmpty();
        ContainerNetwork.Release(this);
        ContainerVolumes.Release(this);
        if (state is not null) Note(state);
        unistd.unlink(MonitorLockPath);
    }

    /// <summary>Of a container whose end nobody saw.</summary>
    public const int UnknownExit = 255;

    /// <summary>The state, and whether it stands still.</summary>
    public string Status() => Status(State());

    public string Status(ContainerState state) => state.Status == ContainerState.Running && Known?.IsPaused(Id) == true ? ContainerState.Paused : state.Status;

    public bool IsRunning => State().Status is ContainerState.Running or ContainerState.Restarting;

    /// <summary>Whether the process that the state names is that process still.</summary>
    public static bool IsAlive(ContainerState state) => state.BootId == BootId() && ProcessIdentity.IsAlive(state.Pid, state.StartTime);

    internal static string BootId() => ProcFile.Read("/proc/sys/kernel/random/boot_id").TrimEnd();

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
        try
        {
            if (Document.Read(Directory + "/container.json", EngineJson.Default.ContainerConfig) is { } now) (Config.Name, Config.Restart) = (now.Name, now.Restart);
        }
        catch (JsonException)
        {
            // Then all stays as it was.
        }
    }

    public void WriteConfig() => AtomicFile.Write(Directory + "/container.json", ContainerJson.Write(Config));

    /// <summary>Sends a signal to the first process. False where the kernel drops it, and nothing happens.</summary>
    /// <exception cref="UserError">It does not run.</exception>
    public bool Signal(int number)
    {
        using FirstProcess first = FirstProcess.Find(this)
            ?? throw new UserError($"container {Config.Name} is not running", "minirun ps -a says what became of it");
        EngineEvents.Add(this, "kill", "signal", EngineEvents.Text(number));
        bool isHeard = !DroppedSignal.Is(number, first.Pid);
        first.Init.Signal(number);
        return isHeard;
    }

    /// <summary>Asks it to end, and after a while ends it.</summary>
    /// <param name="seconds">How long it may take; below 0: any time.</param>
    /// <returns>False when it did not run.</returns>
    public bool Stop(int number, int seconds)
    {
        StopNote.Write(this);
        return ContainerEnd.Stop(this, number, seconds);
    }

    /// <summary>Ends it with all that minds it: afterwards it can be removed.</summary>
    public void End() => ContainerEnd.Force(this);

    /// <summary>The lock for that: a start that hangs is given up by whoever holds it.</summary>
    public IDisposable LockForEnd() => ContainerEnd.Lock(this);

    /// <summary>Ends a start of it that goes on for more than a moment; false when there is none.</summary>
    public bool GiveUpStart() => ContainerEnd.GiveUpStart(this);

    /// <summary>Waits while its monitor is about to start it, or to go: who asked for that may have been killed.</summary>
    public void Settle() => ContainerEnd.Settle(this);

    /// <summary>The first process; null when there is none.</summary>
    internal InitProcess? Open() => FirstProcess.Find(this)?.Init;

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

    /// <summary>Waits for the end of its first process; false when there is none.</summary>
    public bool WaitForFirst()
    {
        using FirstProcess? first = FirstProcess.Find(this);
        return first?.Init.WaitForEnd(Timeout.Infinite) == true;
    }

    public bool MonitorLives()
    {
        int fd = fcntl.open(MonitorLockPath, fcntl.O_RDONLY | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool lives = sys_file.flock(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN;
        unistd.close(fd);
        return lives;
    }

    /// <summary>Who changes the container holds this; ends with its holder.</summary>
    public IDisposable Lock() => Lock(() => EndingSignals.AwaitForeign(-1, $"another command, which changes container {Config.Name}"));

    internal IDisposable Lock(Action wait) => Held.Await(this, wait);
    /// <summary>Null when another has it.</summary>
    internal IDisposable? TryLock() => Held.Try(this);

    /// <summary>Whether a command changes it now.</summary>
    internal bool IsBusy()
    {
        using (IDisposable? held = TryLock()) return held is null;
    }

    /// <summary>By us.</summary>
    internal bool IsHeld { get; private set; }

    /// <summary>Takes all of it away. It does not run.</summary>
    /// <returns>What could not be taken back elsewhere; null: all could.</returns>
    public string? Remove()
    {
        Graveyard.Bury(this);
        RuntimeLeft.Delete(this);
        ParentCgroup.RemoveIfEmpty();
        ContainerNetwork.Release(this);
        string? complaint = ContainerVolumes.Release(this);
        Store.Forget(this);
        return complaint;
    }

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
        public static Held? Try(EngineContainer container) => FileLock.TryDirectory(container.Directory) is { } held ? new(container, held) : null;

        public void Dispose()
        {
            _container.IsHeld = false;
            _lock.Dispose();
        }
    }
}
