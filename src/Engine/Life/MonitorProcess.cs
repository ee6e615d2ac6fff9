using System.Text;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Request;

namespace Minirun.Engine.Life;

/// <summary>
/// Starts a container by starting its monitor: our own program under another name, in a session of its own, which minds the container until
/// its end. Between the two a socket: the monitor says that it listens, we attach if we want to and let it go on, and it says that the
/// command runs, or why not.
/// </summary>
public static class MonitorProcess
{
    /// <summary>argv[0], and the name in ps.</summary>
    public const string Name = "minirun-monitor";

    /// <summary>The numbers that the socket has in the monitor, and that of the service manager, if it is given one.</summary>
    internal const int ReportFd = 3, ManagerFd = 4;
    internal const byte Listens = (byte)'L', Go = (byte)'G', Runs = (byte)'R', Failed = (byte)'F';

    /// <param name="container">It does not run; the caller holds its lock.</param>
    /// <param name="attach">Called when one can attach, before the command runs.</param>
    /// <param name="sdNotify">Who says that it is ready; null: as it was made.</param>
    /// <exception cref="UserError">The command could not be executed.</exception>
    public static void Start(EngineContainer container, Action? attach = null, string? sdNotify = null)
    {
        sdNotify ??= container.Config.SdNotify;
        string mode = sdNotify ?? SdNotify.Container;
        using ServiceManager? manager = mode == SdNotify.Ignore ? null : ServiceManager.Here(wanted: sdNotify is not null);
        NotifyMount.Set(container, manager is not null && mode == SdNotify.Container);
        // With conmon we say all there is to say.
        bool monitorSpeaks = manager is not null && mode != SdNotify.Conmon;
        unistd.unlink(container.StoppedPath);
        (Fd ours, Fd theirs) = SocketCalls.Pair(sys_socket.SOCK_SEQPACKET);
        using Fd report = ours, given = theirs, nothing = Fd.OpenNothing();
        string[] words = [Name, container.Paths.Root, container.Paths.Run, container.Id], more = monitorSpeaks ? [mode] : [];
        int[] descriptors = [nothing, nothing, nothing, given], manages = monitorSpeaks ? [manager!.Descriptor] : [];
        using ChildProgram child =
            ChildProgram.Start(new Host().Executable, [.. words, .. more], [.. descriptors, .. manages], ownSession: true);
        given.Dispose();
        Expect(report, Listens, container, child);
        // Before the container says anything: the manager hears only those whom it knows. Who is attached ends with it and is the
        // main process himself.
        string main = attach is null ? ServiceManager.MainPid(child.Pid) : "";
        if (monitorSpeaks && attach is null) manager!.Say(main);
        attach?.Invoke();
        SocketCalls.Send(report, [Go]);
        Expect(report, Runs, container, child);
        if (!monitorSpeaks) manager?.Say(main + ServiceManager.Ready);
    }

    /// <summary>Instead of <see cref="Start"/> when it runs already: who waits to hear that it does is told.</summary>
    public static void Join(EngineContainer container, bool attaches, string? sdNotify)
    {
        using ServiceManager? manager =
            (sdNotify ?? container.Config.SdNotify) == SdNotify.Ignore ? null : ServiceManager.Here(wanted: false);
        manager?.Say((attaches ? "" : ServiceManager.MainPid(container.State().MonitorPid)) + ServiceManager.Ready);
    }

    private static void Expect(int socket, byte what, EngineContainer container, ChildProgram monitor)
    {
        if (StartSignals.Await(socket) is not 0 and var number)
        {
            StopNote.Write(container);
            throw StartSignals.GivenUp(number, LivingMonitor.Kill(monitor.Pid, container.Id));
        }
        Span<byte> answer = stackalloc byte[4096];
        int length = SocketCalls.Receive(socket, answer);
        if (length > 0 && answer[0] == what) return;
        if (length > 2 && answer[0] == Failed) Fail(Encoding.UTF8.GetString(answer[2..length]), answer[1]);
        if (StopNote.IsThere(container))
            throw new UserError($"container {container.Config.Name} was stopped before its command was started",
                "minirun stop, kill or rm -f ended the start");
        throw new UserError($"container {container.Config.Name}: its monitor ended before it was started",
            "was it killed? minirun start tries again");
    }

    /// <summary>What a monitor says of a failure: the exit code, the text, and the hint behind a zero.</summary>
    internal static byte[] Failure(UserError error)
    {
        string message = error.Message.Length > 3000 ? error.Message[..3000] : error.Message;
        return [Failed, (byte)error.ExitCode,
            .. Encoding.UTF8.GetBytes(error.Hint is { Length: < 500 } hint ? message + '\0' + hint : message)];
    }

    private static void Fail(string said, int code)
    {
        string[] parts = said.Split('\0', 2);
        throw UserError.Told(parts[0], parts.Length > 1 ? parts[1] : null, code);
    }
}
