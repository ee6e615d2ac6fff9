namespace Minirun.Engine.Logs.Sending;

/// <summary>What all drivers that send have in common: everything but how a record looks.</summary>
internal abstract class SenderDriver(string name, Sender sender) : ILogDriver
{
    public string Name { get; } = name;

    public long Lost => Sender.Lost;

    public string? Trouble => Sender.Trouble;

    public int Pending => Sender.Pending;

    public int Descriptor => Sender.Descriptor;

    public short Events => Sender.Events;

    public int Due => Sender.Due;

    public bool IsBehind => Sender.IsBehind;

    protected Sender Sender { get; } = sender;

    public abstract void Log(in LogMessage message);

    public void Work() => Sender.Work();

    public void Close() => Sender.Close();

    /// <summary>How many bytes may wait: those of max-buffer-size, if the container does not.</summary>
    protected static int Limit(LogOptions options) => LogMode.Of(options) is { IsBlocking: false } mode ? mode.Buffer : Sender.DefaultLimit;
}
