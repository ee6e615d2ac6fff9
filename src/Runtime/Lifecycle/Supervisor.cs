using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// The foreground life of a container: one loop over the report socket, the child's pidfd, our signals and the terminal,
/// until the child has ended.
/// </summary>
public sealed unsafe class Supervisor
{
    /// <summary>What is said of one that --timeout ends.</summary>
    public const string TimeIsOver = "the time of --timeout is over: the container is killed";
    private readonly ContainerPlan _plan;
    private readonly LaunchedContainer _container;
    private readonly Watcher? _watcher;
    private readonly bool _steps;
    private readonly SignalRelay _signals;
    private readonly long _deadline;
    private readonly StreamRelay? _streams;
    private TerminalRelay? _terminal;
    private NotifyRelay? _notify;
    private bool _reporting = true;
    private long _giveUpAt = long.MaxValue;
    private bool _timedOut;

    private Supervisor(
        ContainerPlan plan, LaunchedContainer container, Watcher? watcher, PlanMode mode, TimeSpan? timeout, StreamRelay? streams)
    {
        _streams = streams;
        _plan = plan;
        _container = container;
        _watcher = watcher;
        _steps = (mode & PlanMode.Step) != 0;
        _signals = new SignalRelay(plan, container);
        _deadline = timeout is { } limit ? Clock.Now() + (long)(limit.TotalMilliseconds * 1_000_000) : long.MaxValue;
    }

    /// <summary>What happens once the command has been executed: the moment to write a pid file.</summary>
    public Action? Started { get; init; }

    /// <summary>
    /// Lets go on what the container has frozen of itself, in a cgroup that it may write: on version 1 not even SIGKILL ends a frozen
    /// process.
    /// </summary>
    public Action? Thaw { get; init; }

    /// <summary>What else the child needs of us; of itself what <c>minirun run</c> does.</summary>
    [AllowNull]
    public ParentPart Part
    {
        get => field ??= new ParentPart { Warn = Warn, TakeListener = listener => SeccompAgent.Give(_plan.Spec, listener, _container.Pid) };
        init;
    }

    /// <summary>Says something to the user beside the command's output.</summary>
    public Action<string> Warn { get; private set; } = static _ => { };

    /// <summary>Waits for the end; gives the exit status as a shell has it.</summary>
    /// <exception cref="UserError">The container could not be made, or the command not executed. Nothing of it is left.</exception>
    public static int Run(
        ContainerPlan plan, LaunchedContainer container, Watcher? watcher, PlanMode mode, TimeSpan? timeout, Action? started,
        Action<string> warn, StreamRelay? streams, ParentPart? part = null, Action? thaw = null)
    {
        var supervisor = new Supervisor(plan, container, watcher, mode, timeout, streams) { Started = started, Part = part, Thaw = thaw };
        supervisor.Warn = text =>
        {
            supervisor._terminal?.EndLine();
            warn(text);
        };
        try
        {
            return supervisor.Loop();
        }
        catch
        {
            container.Abandon();
            throw;
        }
        finally
        {
            supervisor._terminal?.Dispose();
        }
    }

    private int Loop()
    {
        if (_steps) StepOn(_plan.IndexOf(LaunchStep.SealProgram) is >= 0 and var seal ? seal : _plan.IndexOf(LaunchStep.EnterRootfs));
        Span<pollfd> fds = stackalloc pollfd[4 + TerminalRelay.Most + StreamRelay.Most];
        while (true)
        {
            int count = 0;
            fds[count++] = new pollfd { fd = _container.PidFd, events = poll.POLLIN };
            fds[count++] = new pollfd { fd = _signals.Fd, events = poll.POLLIN };
            fds[count++] = new pollfd { fd = _reporting ? _container.ReportFd : -1, events = poll.POLLIN };
            if (_terminal is not null) count += _terminal.Prepare(fds[count..]);
            int notify = count;
            if (_notify is not null) fds[count++] = _notify.Awaits;
            int streams = count;
            if (_streams is not null) count += _streams.Prepare(fds[count..], reads: !_reporting);
            Poll(fds[..count]);
            // All reports first: whoever saw the command's output and then sends a signal means it for a command that has started.
            if (fds[2].revents != 0)
            {
                ReadReport();
                if (_reporting && fds[1].revents != 0) continue;
            }
            if (fds[1].revents != 0) _signals.Relay(_terminal, started: !_reporting);
            if (fds[1].revents != 0) Thaw?.Invoke();
            if (_reporting && _signals.EndedBy is { } number && fds[0].revents == 0) GiveUp(number);
            if (_terminal is not null && notify > 3) _terminal.Move(fds[3..notify], _signals, started: !_reporting);
            if (streams > notify && fds[notify].revents != 0) _notify!.Move();
            _streams?.Move(fds[streams..count]);
            if (fds[0].revents != 0) return Finish();
        }
    }

    /// <summary>A signal has ended the start, but the child may be where the kernel lets nothing end it: then we go without it.</summary>
    private void GiveUp(int number)
    {
        if (_giveUpAt == long.MaxValue) _giveUpAt = Clock.Now() + StartSignals.Patience * 1_000_000L;
        if (Clock.Now() >= _giveUpAt) throw StartSignals.GivenUp(number, _container.Pid, _container.Abandon(0));
    }

    private void Poll(Span<pollfd> fds)
    {
        int milliseconds = _terminal is { LooksAgain: true } || _streams is { LooksAgain: true } ? RawTerminal.LookAgain : -1;
        if (_giveUpAt != long.MaxValue) milliseconds = StartSignals.Patience;
        if (_deadline != long.MaxValue)
        {
            long left = _deadline - Clock.Now();
            if (left <= 0 && !_timedOut)
            {
                _timedOut = true;
                _container.Signal(signal.SIGKILL);
                Thaw?.Invoke();
                Warn(TimeIsOver);
            }
            if (!_timedOut) milliseconds = (int)Math.Min(left / 1_000_000 + 1, milliseconds < 0 ? int.MaxValue : milliseconds);
        }
        fixed (pollfd* first = fds)
            if (poll.poll_(first, (nuint)fds.Length, milliseconds) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.EINTR) throw new LinuxException("poll", Marshal.GetLastPInvokeError());
                fds.Clear();
            }
    }

    private int Finish()
    {
        // A failure may have been reported in the same moment.
        while (_reporting) ReadReport();
        int status = _container.Collect();
        Drain();
        _notify?.Finish();
        int trouble = _terminal is { Trouble: > 0 and var errno } ? errno : _streams?.Trouble ?? 0;
        return LastOutput.Check(_signals.EndedBy is { } number ? 128 + number : ExitStatus.Code(status), trouble);
    }

    /// <summary>
    /// What the container has written before its end. The wait for a reader that does not take it ends by a signal to us, or by itself
    /// where the container was to end (<see cref="LastOutput"/>).
    /// </summary>
    private void Drain()
    {
        Span<pollfd> fds = stackalloc pollfd[1 + TerminalRelay.Most + StreamRelay.Most];
        while ((_terminal?.Drains() == true | _streams?.Drains() == true) && (fds[0].revents == 0 || !_signals.IsInterrupted()))
        {
            fds[0] = new pollfd { fd = _signals.Fd, events = poll.POLLIN };
            int terminal = 1 + (_terminal?.Prepare(fds[1..]) ?? 0);
            int count = terminal + (_streams?.Prepare(fds[terminal..], reads: false) ?? 0);
            fixed (pollfd* first = fds)
            {
                int ready = poll.poll_(first, (nuint)count, LastOutput.Wait(_timedOut || _signals.HasAsked));
                if (ready == 0) return;
                if (ready < 0) fds.Clear();
            }
            _terminal?.Show(fds[1..]);
            _streams?.Move(fds[terminal..]);
        }
    }

    private void ReadReport()
    {
        Report report;
        int master = ReportChannel.Receive(_container.ReportFd, &report);
        if (master == ReportChannel.Ended)
        {
            _reporting = false;
            if (_steps || _watcher is not null) Say(_plan.Operations.Count - 1, ReportKind.Done, 0);
            _terminal?.TakeOver();
            Started?.Invoke();
            return;
        }
        switch (report.Kind)
        {
            case ReportKind.Terminal:
                _terminal = new TerminalRelay(master, _plan.Operations[report.Op] is TerminalOp { PlainNewlines: true });
                if (_watcher is null) _terminal.TakeOver();
                break;
            case ReportKind.Readiness:
                _notify = new NotifyRelay(master, ((NotifyOp)_plan.Operations[report.Op]).PassedTo);
                break;
            case ReportKind.Failed:
                throw Failure.Explain(_plan, report, _container.Pid, _watcher);
            case ReportKind.Asks or ReportKind.Listener or ReportKind.Tree:
            case ReportKind.FellBack or ReportKind.Warning when _watcher is null:
                Part.Handle(_plan, _container, report, master);
                break;
            default:
                Say(report.Op, report.Kind, report.Nanoseconds);
                if (_steps) StepOn(report.Op + 1);
                break;
        }
    }

    private void Say(int op, ReportKind kind, long nanoseconds) => _watcher?.After(op, kind, nanoseconds);

    /// <summary>Asks, then lets the child do the next operation that is its to do.</summary>
    private void StepOn(int op)
    {
        if (op >= _plan.Operations.Count) return;
        _watcher?.Before(op);
        Launcher.Go(_container.ReportFd);
    }
}
