using Minirun.Engine.Attach;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux.Calls;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Monitor;

/// <summary>The input of a container and the size of its terminal, for those who are attached to it.</summary>
internal sealed class AttachedStreams(EngineContainer container, ContainerStreams streams) : IAttachTarget
{
    public bool HasInput => streams.Input >= 0;

    public bool IsTerminal => streams.IsTerminal;

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

    public void EndInput() => streams.EndInput();

    public void Resize(ushort rows, ushort columns) => streams.Resize(rows, columns);
}
