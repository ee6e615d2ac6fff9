using System.Globalization;
using System.Text;

namespace Minirun.Cli.Output;

/// <summary>
/// Text of others for a terminal: what would move the cursor, colour, retitle, or turn the direction of writing is shown, not done. Every
/// name, path, command and message that comes from a container, a document or an image goes through here on its way out; JSON for
/// programs has escapes of its own.
/// </summary>
internal static class SafeText
{
    private const char Delete = '\u007f', Replacement = '\ufffd';
    private const int Longest = 4000;

    public static string Of(string text)
    {
        text = Linux.KernelText.Show(text);
        int first = 0;
        while (first < text.Length && IsPlain(text[first])) first++;
        if (first == text.Length) return text;
        var safe = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) safe.Append(c).Append(text[++i]);
            else if (char.IsSurrogate(c)) safe.Append(Replacement);
            else if (IsPlain(c)) safe.Append(c);
            else if (c == '\n') safe.Append("\\n");
            // As cat -v: ^[ is ESC.
            else if (c <= Delete) safe.Append('^').Append((char)(c ^ 0x40));
            else safe.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return safe.ToString();
    }

    /// <summary>One line that quotes no more of a long text than a person reads.</summary>
    public static string Line(string text) =>
        Of(text.Length > Longest ? string.Concat(text.AsSpan(0, Longest / 2), " […] ", text.AsSpan(text.Length - Longest / 4)) : text);

    /// <summary>The same for a text of several lines, of any length.</summary>
    public static string Lines(string text) => string.Join('\n', Array.ConvertAll(text.Split('\n'), Of));

    /// <summary>A whole JSON text: such a character can only stand in a string there, and its escape is the same string.</summary>
    public static string Json(string json)
    {
        if (!json.Any(c => IsOdd(c) && c > Delete)) return json;
        var safe = new StringBuilder(json.Length + 16);
        foreach (char c in json)
            _ = IsOdd(c) && c > Delete ? safe.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)) : safe.Append(c);
        return safe.ToString();
    }

    /// <summary>Control characters (C0, C1), those that format (the bidirectional ones, joiners), and ends of lines.</summary>
    public static bool IsOdd(char c) => c < ' ' || (c >= Delete && char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Neither odd nor half of a character.</summary>
    private static bool IsPlain(char c) => !IsOdd(c) && !char.IsSurrogate(c);
}
