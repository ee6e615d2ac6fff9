namespace Minirun.Engine.Logs;

/// <summary>Never asks a container to wait: a line for which there is no room is dropped, and counted.</summary>
/// <param name="buffer">Bytes that may be kept.</param>
internal sealed class NonBlockingDriver(ILogDriver inner, int buffer) : ILogDriver
{
    private long _dropped;

    public string Name => inner.Name;

    public long Lost => inner.Lost + _dropped;

    public string? Trouble => inner.Trouble ?? (_dropped > 0 ? $"more than {buffer} bytes were waiting (log opt max-buffer-size)" : null);

    public int Pending => inner.Pending;

    public int Descriptor => inner.Descriptor;

    public short Events => inner.Events;

    public int Due => inner.Due;

    public void Log(in LogMessage message)
    {
        // A single line of any length may always be kept.
        if (inner.Pending > 0 && inner.Pending + message.Line.Length > buffer) inner.Work();
        if (inner.Pending > 0 && inner.Pending + message.Line.Length > buffer) _dropped++;
        else inner.Log(message);
    }

    public void Work() => inner.Work();

    public void Close() => inner.Close();
}
