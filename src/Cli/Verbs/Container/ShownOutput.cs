using Minirun.Cli.Output;
using Minirun.Engine.Attach;
using Minirun.Linux.Calls;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Verbs.Container;

/// <summary>
/// What a container wrote, on its way to our stdout and stderr. Nothing more is received before it has been written, or discarded.
/// </summary>
internal sealed class ShownOutput
{
    private readonly Outlet[] _outlets = [new(1), new(2)];

    /// <summary>Of both outputs, where they go to a terminal whose answers do not go in.</summary>
    private readonly TerminalRequests?[] _requests;

    private byte[] _filtered = [];
    private ReadOnlyMemory<byte> _left;
    private int _at;

    /// <param name="answers">What a terminal answers goes into the container.</param>
    public ShownOutput(bool answers) => _requests = Array.ConvertAll((int[])[1, 2], fd => answers ? null : TerminalRequests.Of(fd));

    public bool Waits => !_left.IsEmpty;

    /// <summary>Where it is waited for; -1: nowhere.</summary>
    public int Descriptor => Waits ? _outlets[_at].Descriptor : -1;

    /// <summary>When something came, or was taken last.</summary>
    public long Since { get; set; }

    /// <summary>Nothing of it is wanted any more.</summary>
    public bool IsDiscarded { get; private set; }

    /// <param name="message">Output or Error; its data is there until all of it has been written.</param>
    public void Take(AttachMessage message)
    {
        if (IsDiscarded) return;
        _at = message.Kind == AttachKind.Output ? 0 : 1;
        _left = message.Data;
        if (_requests[_at] is { } requests)
        {
            int room = message.Data.Length + TerminalRequests.MostHeld;
            if (_filtered.Length < room) _filtered = new byte[room];
            _left = _filtered.AsMemory(0, requests.Filter(message.Data.Span, _filtered));
        }
        Since = Environment.TickCount64;
    }

    /// <summary>Writes what is taken now.</summary>
    /// <returns>Why it cannot be written (errno); 0: it can.</returns>
    public int Write()
    {
        int count = _outlets[_at].Write(_left.Span);
        int errno = count < 0 ? Io.Error : 0;
        if (count > 0) Since = Environment.TickCount64;
        _left = count < 0 ? default : _left[count..];
        return errno;
    }

    public void Discard()
    {
        IsDiscarded = true;
        _left = default;
    }
}
