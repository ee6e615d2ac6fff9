using System.Text;
using Minirun.Linux;

namespace Minirun.Engine;

/// <summary>A file without a name, as a program's input or output: one that does not read blocks nobody.</summary>
internal sealed unsafe class MemoryFile : IDisposable
{
    private const int Most = 1 << 20;

    public MemoryFile(ReadOnlySpan<byte> content)
    {
        Fd = (int)LinuxException.Check(sys_mman.memfd_create("minirun-network", sys_mman.MFD_CLOEXEC), "memfd_create");
        fixed (byte* start = content)
            if (!content.IsEmpty) LinuxException.Check(unistd.pwrite(Fd, start, content.Length, 0), "pwrite");
    }

    public int Fd { get; }

    public string Text()
    {
        byte[] bytes = new byte[65536];
        var text = new MemoryStream();
        fixed (byte* start = bytes)
            while (text.Length < Most && unistd.pread(Fd, start, bytes.Length, text.Length) is > 0 and var length)
                text.Write(bytes, 0, (int)length);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    public void Dispose() => unistd.close(Fd);
}
