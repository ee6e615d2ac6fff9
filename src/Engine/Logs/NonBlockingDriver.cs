namespace Minirun.Engine.Logs;

/// <summary>Never asks a container to wait: a line for which there is no room is dropped, and counted.</summary>
/// <param name="buffer">Bytes that may be kept.</param>
internal sealed class NonBlockingDriver(ILogDriver inner, int buffer) : ILogDriver
{
    private long _dropped;
    private bool _hasTried;

    public string Name => inner.Name;

    public long Lost => inner.Lost + _dropped;

    public string? Trouble => inner.Trouble ?? (_dropped > 0 ? $"more than {buffer} bytes were waiting (log opt max-buffer-size)" : null);

    public int Pending => inner.Pending;

    public int Descriptor => inner.Descriptor;

    public short Events => inner.Events;

    public int Due => inner.Due;

    public void Log(in LogMessage message)
    {
        if (!HasRoom(message.Line.Length) && !_hasTried)
        {
            // Once for all lines of a read: a peer that takes nothing must not cost system calls for each.
            inner.Work();
            _hasTried = true;
        }
        if (HasRoom(message.Line.Length)) inner.Log(message);
        else _dropped++;
    }

    public void Work()
    {
        _hasTried = false;
        inner.Work();
    }

    public void Close() => inner.Close();

    /// <summary>A single line of any length may always be kept.</summary>
    private bool HasRoom(int length) => inner.Pending == 0 || inner.Pending + length <= buffer;
}
