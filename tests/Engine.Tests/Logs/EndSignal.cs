using System.IO.Pipes;

namespace Minirun.Engine.Tests.Logs;

/// <summary>A descriptor that becomes readable when a test says so, as a pidfd does when its process ends.</summary>
internal sealed class EndSignal : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);

    public int Descriptor => (int)_pipe.ClientSafePipeHandle.DangerousGetHandle();

    public void Set() => _pipe.WriteByte(1);

    public void Dispose() => _pipe.Dispose();
}
