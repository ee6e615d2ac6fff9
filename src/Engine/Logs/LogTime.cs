using System.Buffers.Text;

namespace Minirun.Engine.Logs;

/// <summary>Writes times; the part down to the second is made once a second.</summary>
internal sealed class LogTime
{
    private readonly byte[] _second = new byte[19];
    private long _made = long.MinValue;

    /// <summary>2026-11-20T20:19:37.159703481Z: RFC 3339 with nanoseconds, zeros at the end left out.</summary>
    public void AddNano(ByteWriter output, long nanoseconds)
    {
        Span<byte> text = output.Room(30);
        Second(nanoseconds).CopyTo(text);
        output.Advance(19 + Fraction(text[19..], Below(nanoseconds)));
        output.Add((byte)'Z');
    }

    /// <summary>With a fraction of so many digits, or none.</summary>
    public void Add(ByteWriter output, long nanoseconds, int digits)
    {
        output.Add(Second(nanoseconds));
        if (digits == 0) return;
        Span<byte> all = stackalloc byte[10];
        Utf8Formatter.TryFormat(1_000_000_000 + Below(nanoseconds), all, out _);
        output.Add((byte)'.');
        output.Add(all.Slice(1, digits));
    }

    private static int Below(long nanoseconds) => (int)(((nanoseconds % 1_000_000_000) + 1_000_000_000) % 1_000_000_000);

    private static int Fraction(Span<byte> text, int nanoseconds)
    {
        if (nanoseconds == 0) return 0;
        for (int digit = 9; digit > 0; digit--, nanoseconds /= 10) text[digit] = (byte)('0' + (nanoseconds % 10));
        text[0] = (byte)'.';
        int length = 10;
        while (text[length - 1] == '0') length--;
        return length;
    }

    private ReadOnlySpan<byte> Second(long nanoseconds)
    {
        long second = (nanoseconds - Below(nanoseconds)) / 1_000_000_000;
        if (second == _made) return _second;
        var moment = new DateTime(DateTime.UnixEpoch.Ticks + (second * TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        Put(0, moment.Year, 4);
        Put(5, moment.Month, 2);
        Put(8, moment.Day, 2);
        Put(11, moment.Hour, 2);
        Put(14, moment.Minute, 2);
        Put(17, moment.Second, 2);
        _second[4] = _second[7] = (byte)'-';
        _second[10] = (byte)'T';
        _second[13] = _second[16] = (byte)':';
        _made = second;
        return _second;
    }

    private void Put(int at, int number, int digits)
    {
        for (int digit = at + digits - 1; digit >= at; digit--, number /= 10) _second[digit] = (byte)('0' + (number % 10));
    }
}
