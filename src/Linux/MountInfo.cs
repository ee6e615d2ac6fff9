using System.Text;

namespace Minirun.Linux;

/// <summary>One line of /proc/PID/mountinfo (proc(5)), the fields that are used here.</summary>
public sealed record MountInfo(string Root, string Path, string Options, string Type, string SuperOptions, string Source = "")
{
    /// <summary>Our own mounts, oldest first; none are known where there is no /proc.</summary>
    public static IEnumerable<MountInfo> Read() => File.Exists("/proc/self/mountinfo") ? Parse(File.ReadAllText("/proc/self/mountinfo")) : [];

    /// <summary>Parses the text of a mountinfo file.</summary>
    public static IEnumerable<MountInfo> Parse(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ');
            // Optional fields (shared:1, master:2, …) end with a single dash.
            int dash = Array.IndexOf(fields, "-", 6);
            yield return new MountInfo(Unescape(fields[3]), Unescape(fields[4]), fields[5], fields[dash + 1], fields[dash + 3], Unescape(fields[dash + 2]));
        }
    }

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
}
