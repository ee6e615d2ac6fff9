using System.Text;

namespace Minirun.Runtime.Spec;

/// <summary>A message of sd_notify(3) from a container, which may say anything: what of it is passed on.</summary>
public static class NotifyMessage
{
    /// <summary>Where the container finds the socket: a name in its own /dev.</summary>
    public const string PathInside = "/dev/notify";

    /// <summary>Bytes; systemd takes no longer ones.</summary>
    public const int Longest = 4096;

    /// <summary>How many of a container are taken at once: more of them wait, and everything else does not.</summary>
    public const int MostAtOnce = 16;

    private static readonly string[] s_words = ["READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1"],
        s_numbers = ["ERRNO=", "EXTEND_TIMEOUT_USEC=", "MONOTONIC_USEC="];
    private const string Status = "STATUS=";

    /// <summary>
    /// Only what tells of the service's state. Pids of the container mean nothing outside, descriptors do not come along, and a barrier
    /// would have the manager wait for the container. Null: nothing is left of it.
    /// </summary>
    public static byte[]? Filter(ReadOnlySpan<byte> message)
    {
        if (message.Length > Longest) return null;
        var lines = new StringBuilder();
        foreach (string line in Encoding.UTF8.GetString(message).Split('\n'))
        {
            if (line.StartsWith(Status, StringComparison.Ordinal)) Show(lines, line);
            else if (Array.IndexOf(s_words, line) >= 0 || IsNumber(line)) lines.Append(line).Append('\n');
        }
        byte[] bytes = Encoding.UTF8.GetBytes(lines.ToString());
        return bytes.Length is 0 or > Longest ? null : bytes;
    }

    /// <summary>Somebody's terminal will show it.</summary>
    private static void Show(StringBuilder lines, string line)
    {
        foreach (char c in line) lines.Append(char.IsControl(c) ? '?' : c);
        lines.Append('\n');
    }

    private static bool IsNumber(string line)
    {
        foreach (string name in s_numbers)
            if (line.Length > name.Length && line.Length <= name.Length + 20 && line.StartsWith(name, StringComparison.Ordinal))
                return line.AsSpan(name.Length).IndexOfAnyExceptInRange('0', '9') < 0;
        return false;
    }
}
