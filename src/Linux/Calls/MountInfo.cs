using System.Text;

namespace Minirun.Linux;

/// <summary>One line of /proc/PID/mountinfo (proc(5)), the fields that are used here.</summary>
public sealed record MountInfo(string Root, string Path, string Options, string Type, string SuperOptions, string Source = "")
{
    /// <summary>Its propagation: shared:1, master:2 …; empty for a private one.</summary>
    public string Propagation { get; init; } = "";

    /// <summary>The mount's own number; a copy in another namespace has another one.</summary>
    public string Id { get; init; } = "";

    private const string Own = "/proc/self/mountinfo";

    /// <summary>Our own mounts that a path leads to, oldest first; none are known where there is no /proc.</summary>
    public static IEnumerable<MountInfo> Read() => File.Exists(Own) ? Parse(File.ReadAllText(Own)) : [];

    /// <summary>Our own mounts, also those that others cover: when these are unmounted, they come to light again.</summary>
    public static IEnumerable<MountInfo> ReadAll() => File.Exists(Own) ? File.ReadAllLines(Own).Select(ParseLine) : [];

    /// <summary>The mounts of a mountinfo file that a path leads to (<see cref="MountReach"/>).</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="with">Only lines that have this in them; null: all.</param>
    public static IEnumerable<MountInfo> Parse(string text, string? with = null) => MountReach.Lines(text, with).Select(ParseLine);

    /// <summary>All mounts of a mountinfo file, also those that others cover.</summary>
    public static IEnumerable<MountInfo> ParseAll(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine);

    /// <summary>The kernel writes space, tab, line end and backslash as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            bool escaped = text[i] == '\\' && i + 3 < text.Length;
            plain.Append(escaped ? (char)((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0') : text[i]);
            if (escaped) i += 3;
        }
        return plain.ToString();
    }

    private static MountInfo ParseLine(string line)
    {
        string[] fields = line.Split(' ');
        // Optional fields (shared:1, master:2, …) end with a single dash.
        int dash = Array.IndexOf(fields, "-", 6);
        return new MountInfo(Unescape(fields[3]), Unescape(fields[4]), fields[5], fields[dash + 1], fields[dash + 3],
            Unescape(fields[dash + 2]))
        {
            Id = fields[0],
            Propagation = dash > 6 ? string.Join(' ', fields[6..dash]) : "",
        };
    }
}
