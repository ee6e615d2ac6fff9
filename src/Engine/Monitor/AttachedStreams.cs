using Minirun.Engine.Attach;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux.Calls;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Monitor;

/// <summary>The input of a container and the size of its terminal, for those who are attached to it.</summary>
internal sealed class AttachedStreams(EngineContainer container, ContainerStreams streams) : IAttachTarget
{
    private EndKey _end;

    public bool HasInput => streams.Input >= 0;

    public int? Type(ReadOnlySpan<byte> bytes)
    {
        SignalKeys keys = streams.IsTerminal ? new(streams.Input) : default;
        int count = Io.Write(streams.Input, bytes);
        // Nobody reads it any more: it is lost, as in a pipe.
        if (count < 0) return Io.IsEmpty ? null : bytes.Length;
        if (keys.Signal(bytes[..count]) is not 0 and var number)
            EndingSignal.Typed(container, number, SignalKeys.ForegroundGroup(streams.Input));
        return count;
    }

    public bool EndInput()
    {
        if (!streams.IsTerminal) streams.EndInput();
        else if (HasInput)
        {
            // A terminal is told by its key for that.
            if (Type([EndKey.Code]) is null) return false;
            _end.Typed(streams.Input);
        }
        return true;
    }

    /// <summary>The container has written something.</summary>
    public void Wrote()
    {
        if (streams.IsTerminal && HasInput && _end.IsLost(streams.Input)) EndInput();
    }

    public void Resize(ushort rows, ushort columns) => streams.Resize(rows, columns);
}
