using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Cli.Output;

/// <summary>stdin without .NET's Console, which sets a terminal up anew (keypad mode) when it is first asked for anything.</summary>
internal static unsafe class StandardInput
{
    /// <summary>A line, a byte at a time, so that nothing of what follows is taken; null at the end.</summary>
    public static string? ReadLine()
    {
        List<byte> line = [];
        byte next;
        while (Read(&next, 1) > 0)
        {
            if (next == '\n') return Encoding.UTF8.GetString([.. line]);
            line.Add(next);
        }
        return line.Count > 0 ? Encoding.UTF8.GetString([.. line]) : null;
    }

    public static byte[] ReadAll()
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        fixed (byte* start = buffer)
            for (int got; (got = Read(start, buffer.Length)) > 0;) all.Write(buffer, 0, got);
        return all.ToArray();
    }

    /// <exception cref="LinuxException">It cannot be read.</exception>
    private static int Read(byte* buffer, int count)
    {
        nint got;
        while ((got = unistd.read(0, buffer, count)) < 0)
            if (Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new LinuxException("read", errno, "stdin");
        return (int)got;
    }
}
