using Minirun.Engine.Logs;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>What a driver sends to, and what that has understood.</summary>
public abstract class LogPeer : IDisposable
{
    /// <summary>The driver's options for this peer.</summary>
    public abstract string[] Options { get; }

    /// <summary>Why this peer cannot be had here; null when it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Whether an empty line is passed on.</summary>
    public virtual bool TakesEmptyLines => true;

    /// <summary>Whether any byte is passed on as it is; else what is not UTF-8 is not.</summary>
    public virtual bool TakesAnyByte => false;

    /// <summary>Starts it, on its own port or socket.</summary>
    public abstract void Start();

    /// <summary>What has arrived so far.</summary>
    public abstract IReadOnlyList<Received> Arrived();

    public abstract void Dispose();

    /// <param name="Fields">What came along, by the peer's own names.</param>
    public sealed record Received(string Line, LogSource Source, IReadOnlyDictionary<string, string> Fields);
}
