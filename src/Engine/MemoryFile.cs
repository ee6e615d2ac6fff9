using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine;

/// <summary>A file without a name, as a program's input or output: one that does not read blocks nobody.</summary>
internal sealed class MemoryFile : IDisposable
{
    private const int Most = 1 << 20;
    private readonly Fd _file = Linux.Calls.Fd.InMemory("minirun-network");

    public MemoryFile(ReadOnlySpan<byte> content)
    {
        try
        {
            if (!content.IsEmpty) LinuxException.Check(Io.Write(_file, content, offset: 0), "pwrite");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public int Fd => _file;

    public string Text() => Encoding.UTF8.GetString(Io.ReadAll(_file, Most));

    public void Dispose() => _file.Dispose();
}
