using System.Globalization;
using System.Text;

namespace Minirun.Cli.Output;

/// <summary>Text of others for a terminal: what would move the cursor, colour, retitle, or turn the direction of writing is shown, not done.</summary>
internal static class SafeText
{
    private const char Delete = '\u007f', Replacement = '\ufffd';

    public static string Of(string text)
    {
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
            // As cat -v: ^[ is ESC.
            else if (c <= Delete) safe.Append('^').Append((char)(c ^ 0x40));
            else safe.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return safe.ToString();
    }

    /// <summary>Neither a control character (C0, C1), nor one that formats (the bidirectional ones, joiners), nor half of a character.</summary>
    private static bool IsPlain(char c) => c is >= ' ' and < Delete || (c > Delete && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
