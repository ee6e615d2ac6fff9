using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs;

/// <summary>Passes lines on to the monitor's own stdout and stderr: for a service manager that keeps logs itself.</summary>
internal sealed class PassthroughDriver(int stdout, int stderr) : ILogDriver
{
    public static readonly LogDriverKind Kind =
        new("passthrough", [], _ => { }, (_, context) => new PassthroughDriver(context.Stdout, context.Stderr));

    private const int Enough = 64 * 1024;
    private readonly RecordQueue[] _queues = [new(2 * Enough), new(2 * Enough)];

    public string Name => Kind.Name;

    public long Lost { get; private set; }

    public string? Trouble { get; private set; }

    public int Pending => _queues[0].Bytes + _queues[1].Bytes;

    public int Descriptor => _queues[0].Bytes > 0 ? stdout : stderr;

    public short Events => Pending > 0 ? poll.POLLOUT : (short)0;

    public bool IsBehind => Pending > Enough;

    public void Log(in LogMessage message)
    {
        RecordQueue queue = _queues[(int)message.Source];
        ByteWriter record = queue.Begin();
        record.Add(message.Line);
        if (message.EndsLine) record.Add((byte)'\n');
        queue.Commit();
    }

    public void Work()
    {
        Pass(stdout, _queues[0]);
        Pass(stderr, _queues[1]);
    }

    public void Close() => Lost += _queues[0].Count + _queues[1].Count;

    private void Pass(int descriptor, RecordQueue queue)
    {
        // The descriptor is shared with others and so cannot be made non-blocking. But what is ready takes PIPE_BUF bytes: pipe(7).
        while (queue.Bytes > 0 && Poller.IsReady(descriptor, poll.POLLOUT))
        {
            int errno = Descriptors.Write(descriptor, queue.All[..Math.Min(queue.Bytes, 4096)], out int written);
            if (errno == Errno.EAGAIN) return;
            if (errno != 0)
            {
                Trouble = $"{(descriptor == stdout ? "stdout" : "stderr")}: write: {Errno.Describe(errno)}";
                Lost += queue.Count;
                queue.Clear();
                return;
            }
            queue.Take(written);
        }
    }
}
