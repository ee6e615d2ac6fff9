using System.Runtime.InteropServices;
using static Minirun.Linux.poll;

namespace Minirun.Linux.Calls;

/// <summary>
/// What a loop waits for: each source is registered once and known by its name from then on (poll(2)). A signal that a handler took
/// (EINTR) is no end of the wait.
/// </summary>
public sealed class Poller
{
    private readonly List<PollSource> _sources = [];
    private pollfd[] _fds = new pollfd[8];

    /// <summary>A further source, after those that are there.</summary>
    /// <param name="descriptor">Below 0: nothing is waited for until it gets one.</param>
    /// <param name="events">Of poll(2).</param>
    public PollSource Add(int descriptor = -1, short events = POLLIN)
    {
        var source = new PollSource { Descriptor = descriptor, Events = events };
        _sources.Add(source);
        return source;
    }

    public void Remove(PollSource source) => _sources.Remove(source);

    /// <summary>Waits for any of them; says in each what has happened.</summary>
    /// <param name="milliseconds">Below 0: any time.</param>
    /// <returns>False when the time is over.</returns>
    /// <exception cref="LinuxException">There is no memory.</exception>
    public bool Wait(int milliseconds)
    {
        if (_fds.Length < _sources.Count) _fds = new pollfd[2 * _sources.Count];
        for (int i = 0; i < _sources.Count; i++)
            _fds[i] = new pollfd { fd = _sources[i].Descriptor, events = _sources[i].Events };
        int ready = Call(_fds.AsSpan(0, _sources.Count), milliseconds);
        for (int i = 0; i < _sources.Count; i++) _sources[i].Ready = ready > 0 ? _fds[i].revents : (short)0;
        return ready > 0;
    }

    /// <summary>Waits for one descriptor alone; false when the time is over, in ms; below 0: any.</summary>
    public static bool Await(int descriptor, short events, int milliseconds)
    {
        pollfd source = new() { fd = descriptor, events = events };
        return Call(new Span<pollfd>(ref source), milliseconds) > 0;
    }

    /// <summary>Whether it can be read, or written, at once.</summary>
    public static bool IsReady(int descriptor, short events) => Await(descriptor, events, 0);

    /// <summary>Lets time go by between two looks at what the kernel tells no descriptor of.</summary>
    public static void Pause(int milliseconds) => Call([], milliseconds);

    /// <summary>
    /// Waits for sources that others have filled in: the pumps of the runtime, which have no names yet. How many are ready; 0: the time is
    /// over.
    /// </summary>
    public static int Await(Span<pollfd> sources, int milliseconds) => Call(sources, milliseconds);

    private static unsafe int Call(Span<pollfd> sources, int milliseconds)
    {
        long deadline = milliseconds > 0 ? Environment.TickCount64 + milliseconds : 0;
        fixed (pollfd* first = sources)
            while (true)
            {
                int ready = poll_(first, (nuint)sources.Length, milliseconds);
                if (ready >= 0) return ready;
                if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("poll", errno);
                if (milliseconds > 0) milliseconds = (int)Math.Max(0, deadline - Environment.TickCount64);
            }
    }
}

/// <summary>One source of a <see cref="Poller"/>.</summary>
public sealed class PollSource
{
    /// <summary>Below 0: nothing is waited for.</summary>
    public int Descriptor { get; set; }

    /// <summary>What is waited for, besides an error and a hang-up, which are always (poll(2)).</summary>
    public short Events { get; set; }

    /// <summary>What the last wait has seen.</summary>
    public short Ready { get; internal set; }

    public bool IsReady => Ready != 0;

    /// <summary>The other end is gone, or there is an error.</summary>
    public bool HasHungUp => (Ready & (POLLHUP | POLLERR)) != 0;
}
