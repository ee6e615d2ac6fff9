using Minirun.Linux;
using Minirun.Runtime.State;

namespace Minirun.Engine.Logs;

/// <summary>
/// Cuts one stream of a container into lines: each ends at a line feed, which is taken off, or after 16 KiB; what is left at the end
/// of the stream is a line, too. Where reads begin and end makes no difference.
/// </summary>
public sealed class LogCopier(LogSource source, ILogDriver driver)
{
    /// <summary>The longest piece, as Docker cuts.</summary>
    public const int Longest = 16 * 1024;

    private byte[]? _kept;
    private int _length;
    private LogPartial? _partial;
    private long _time;

    /// <summary>The next bytes of the stream, as long as the driver has room.</summary>
    /// <returns>How many of them were taken.</returns>
    public int Feed(ReadOnlySpan<byte> data)
    {
        int length = data.Length;
        while (!data.IsEmpty && !driver.IsBehind)
        {
            int room = Longest - _length;
            int end = data[..Math.Min(room, data.Length)].IndexOf((byte)'\n');
            if (end < 0 && data.Length < room)
            {
                Keep(data);
                return length;
            }
            int taken = end < 0 ? room : end;
            Pass(data[..taken], ends: end >= 0);
            data = data[(end < 0 ? taken : taken + 1)..];
        }
        return length - data.Length;
    }

    /// <summary>The stream is over.</summary>
    public void End()
    {
        if (_length > 0) Pass([], ends: false);
        _partial = null;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        // Most programs write whole lines: then this is never allocated.
        _kept ??= new byte[Longest];
        data.CopyTo(_kept.AsSpan(_length));
        _length += data.Length;
    }

    private void Pass(scoped ReadOnlySpan<byte> data, bool ends)
    {
        if (_length > 0)
        {
            Keep(data);
            data = _kept.AsSpan(0, _length);
            _length = 0;
        }
        if (_partial is null) _time = time.Nanoseconds(time.CLOCK_REALTIME);
        LogPartial? piece = ends && _partial is null
            ? null
            : new LogPartial(_partial?.Id ?? RandomId.New(), (_partial?.Ordinal ?? 0) + 1, ends);
        driver.Log(new LogMessage(data, source, _time, piece));
        _partial = ends ? null : piece;
    }
}
