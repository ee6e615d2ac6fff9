namespace Minirun.Engine.Logs;

/// <summary>
/// One stream on its way to a driver. What the driver has no room for yet waits as it came: as records, short lines take a hundred times as
/// much.
/// </summary>
internal sealed class LogStream(LogSource source, ILogDriver driver)
{
    private readonly LogCopier _copier = new(source, driver);
    private byte[] _rest = [];
    private int _length;
    private bool _ends;

    public bool Waits => _length > 0;

    public int Bytes => _length;

    /// <summary>Lines that wait.</summary>
    public int Lines => _rest.AsSpan(0, _length).Count((byte)'\n') + (_length > 0 && _rest[_length - 1] != '\n' ? 1 : 0);

    public void Feed(ReadOnlySpan<byte> data)
    {
        GoOn();
        int taken = Waits ? 0 : _copier.Feed(data);
        if (taken < data.Length) Keep(data[taken..]);
    }

    public void End()
    {
        _ends = true;
        GoOn();
    }

    /// <summary>Passes on what waits, as far as there is room.</summary>
    public void GoOn()
    {
        if (_length > 0)
        {
            int taken = _copier.Feed(_rest.AsSpan(0, _length));
            _rest.AsSpan(taken, _length - taken).CopyTo(_rest);
            _length -= taken;
        }
        if (!_ends || _length > 0) return;
        _ends = false;
        _copier.End();
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_rest.Length < _length + data.Length) Array.Resize(ref _rest, Math.Max(_rest.Length * 2, _length + data.Length));
        data.CopyTo(_rest.AsSpan(_length));
        _length += data.Length;
    }
}
