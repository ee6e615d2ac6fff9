using Minirun.Cli.CommandLine;
using Minirun.Linux.Calls;

namespace Minirun.Cli.Verbs.Container;

/// <summary>What came of our stdin.</summary>
internal enum InputEvent
{
    Goes,
    Ended,

    /// <summary>The terminal is gone.</summary>
    HungUp,

    /// <summary>The keys that detach.</summary>
    Detach,
}

/// <summary>
/// Our stdin on its way into a container that may not read it. Of a pipe or a file nothing more is read before the last has been taken:
/// what we have read is lost to whoever reads it after us. Of a terminal more is read, since the keys that detach may stand behind a long
/// paste.
/// </summary>
internal sealed class InputQueue(DetachKeys keys)
{
    /// <summary>The most that is taken at a time.</summary>
    public const int AtOnce = 4096;

    private const int MostTyped = 16 << 20;
    private byte[] _bytes = new byte[2 * AtOnce + keys.MostHeld];
    private int _start, _end;

    public bool IsEmpty => _start == _end;

    /// <summary>What is to go on next.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(_start, Math.Min(AtOnce, _end - _start));

    /// <summary>Whether stdin is to be read now.</summary>
    /// <param name="isRaw">It is a terminal in raw mode.</param>
    public bool HasRoom(bool isRaw) => IsEmpty || (isRaw && _end - _start < MostTyped);

    public InputEvent Read(bool isRaw)
    {
        Span<byte> typed = stackalloc byte[AtOnce];
        int length = Io.Read(0, typed);
        if (length < 0 && Io.IsEmpty) return InputEvent.Goes;
        // In raw mode no key ends the input: the terminal is gone. That is to be seen before its SIGHUP comes, which a shell may send
        // later.
        if (length <= 0) return isRaw ? InputEvent.HungUp : InputEvent.Ended;
        MakeRoom(length + keys.MostHeld);
        ReadOnlySpan<byte> bytes = typed[..length];
        bool detaches = false;
        int count = bytes.Length;
        if (isRaw) detaches = keys.Take(bytes, _bytes.AsSpan(_end), out count);
        else bytes.CopyTo(_bytes.AsSpan(_end));
        _end += count;
        return detaches ? InputEvent.Detach : InputEvent.Goes;
    }

    public void Taken(int count) => _start += count;

    /// <summary>Nobody will take it any more.</summary>
    public void Clear() => _start = _end;

    private void MakeRoom(int more)
    {
        if (_end + more <= _bytes.Length) return;
        byte[] bytes = _end - _start + more <= _bytes.Length / 2 ? _bytes : new byte[2 * _bytes.Length];
        _bytes.AsSpan(_start, _end - _start).CopyTo(bytes);
        (_bytes, _start, _end) = (bytes, 0, _end - _start);
    }
}
