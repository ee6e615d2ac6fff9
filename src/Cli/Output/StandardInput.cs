using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Cli.Output;

/// <summary>stdin without .NET's Console, which sets a terminal up anew (keypad mode) when it is first asked for anything.</summary>
internal static class StandardInput
{
    /// <summary>A line, a byte at a time, so that nothing of what follows is taken; null at the end.</summary>
    public static string? ReadLine()
    {
        List<byte> line = [];
        Span<byte> next = stackalloc byte[1];
        while (Read(next) > 0)
        {
            if (next[0] == '\n') return Encoding.UTF8.GetString([.. line]);
            line.Add(next[0]);
        }
        return line.Count > 0 ? Encoding.UTF8.GetString([.. line]) : null;
    }

    public static byte[] ReadAll()
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        for (int got; (got = Read(buffer)) > 0;) all.Write(buffer, 0, got);
        return all.ToArray();
    }

    /// <exception cref="LinuxException">It cannot be read.</exception>
    private static int Read(Span<byte> buffer) => (int)LinuxException.Check(Io.Read(0, buffer), "read", "stdin");
}
