using System.Text;
using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>Output without System.Console, which would open descriptors and install signal handlers of its own.</summary>
internal static unsafe class Out
{
    private static readonly StringBuilder s_pending = new();

    public static void Line(string text) => s_pending.Append(text).Append('\n');

    public static void Text(string text) => s_pending.Append(text);

    public static void Flush()
    {
        Write(1, s_pending.ToString());
        s_pending.Clear();
    }

    public static void Error(string text) => Write(2, text + "\n");

    private static void Write(int fd, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                nint count = unistd.write(fd, start + done, bytes.Length - done);
                if (count <= 0) return;
                done += count;
            }
        }
    }
}
