using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Cli.Output;

/// <summary>
/// stdout or stderr as a stream, without .NET's Console, which sends a terminal into another mode when its streams are used.
/// </summary>
/// <param name="fd">1 or 2.</param>
/// <param name="requests">Where it is a terminal whose answers nobody waits for: what makes it answer is left out.</param>
internal sealed class StandardStream(int fd, TerminalRequests? requests = null) : Stream
{
    private byte[] _shown = [];

    /// <summary>For what a container has written or writes, and does not read an answer to.</summary>
    public static StandardStream ForOutputOfOthers(int fd) => new(fd, TerminalRequests.Of(fd));

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="LinuxException">It cannot be written: as with all else that we print (<see cref="TextOutput"/>).</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (requests is not null)
        {
            int most = buffer.Length + TerminalRequests.MostHeld + 1;
            if (_shown.Length < most) _shown = new byte[2 * most];
            buffer = _shown.AsSpan(0, requests.Filter(buffer, _shown));
        }
        while (!buffer.IsEmpty)
        {
            int written = Io.Write(fd, buffer);
            if (written > 0) buffer = buffer[written..];
            // Somebody else may have made the pipe one that does not block.
            else if (Io.IsEmpty) Poller.Await(fd, poll.POLLOUT, -1);
            else throw new LinuxException("write", Io.Error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
