using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Security.Seccomp;

namespace Minirun.Engine.Why;

/// <summary>
/// The kernel's messages, where it says which system call it killed a process for (type 1326, AUDIT_SECCOMP). Whoever may not read them
/// learns nothing.
/// </summary>
internal static class KernelLog
{
    private const int LongestRecord = 8192, MostRecords = 100_000;
    private const long Slack = 1_000_000;   // microseconds between the clock of the messages and ours

    /// <param name="pid">As the host counts.</param>
    /// <param name="since">Nanoseconds since 1970: before that the pid was somebody else's.</param>
    public static string? DeniedCall(int pid, long since)
    {
        using Fd fd = Fd.TryOpen("/dev/kmsg", fcntl.O_RDONLY | fcntl.O_NONBLOCK);
        if (!fd.IsOpen) return null;
        long booted = time.Nanoseconds(time.CLOCK_REALTIME) - time.Nanoseconds(time.CLOCK_MONOTONIC);
        byte[] record = new byte[LongestRecord];
        string? found = null;
        for (int i = 0; i < MostRecords; i++)
        {
            int length = Io.Read(fd, record);
            // EPIPE: what was there has been overwritten; the next is the oldest that is left.
            if (length < 0 && Io.Error == Errno.EPIPE) continue;
            if (length <= 0) break;
            ReadOnlySpan<byte> text = record.AsSpan(0, length);
            if (text.IndexOf("type=1326"u8) >= 0)
                found = Parse(Encoding.UTF8.GetString(text), pid, (since - booted) / 1000 - Slack) ?? found;
        }
        return found;
    }

    /// <summary>A line as /dev/kmsg gives it: priority,number,microseconds,flags;text.</summary>
    /// <returns>Null when it is not about that process, or older.</returns>
    internal static string? Parse(string record, int pid, long since)
    {
        int semicolon = record.IndexOf(';');
        string[] head = semicolon < 0 ? [] : record[..semicolon].Split(',');
        if (head.Length < 3 || !long.TryParse(head[2], NumberStyles.None, CultureInfo.InvariantCulture, out long when) || when < since)
            return null;
        if (!record.Contains("type=1326 ", StringComparison.Ordinal) || Field(record, "pid") is not { } who
            || who != pid.ToString(CultureInfo.InvariantCulture))
            return null;
        return int.TryParse(Field(record, "syscall"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && uint.TryParse(Field(record, "arch"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint architecture)
            ? SystemCallName.Of(architecture, number) : null;
    }

    /// <summary>
    /// Of NAME=VALUE. The process chooses what stands in comm="…": the kernel writes it in hexadecimal when there is a blank or a quote in
    /// it.
    /// </summary>
    private static string? Field(string record, string name)
    {
        foreach (string word in record.Split(' ', '\n'))
            if (word.StartsWith(name, StringComparison.Ordinal) && word.Length > name.Length && word[name.Length] == '=')
                return word[(name.Length + 1)..];
        return null;
    }
}
