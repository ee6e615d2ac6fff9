using System.Text;

namespace Minirun.Cli.Output;

/// <summary>Text as one line that leaves a terminal as it is, whatever it quotes: names come from documents and images of others.</summary>
internal static class Plain
{
    private const int Longest = 4000;

    public static string Text(string text)
    {
        text = Linux.KernelText.Show(text);
        if (text.Length > Longest) text = string.Concat(text.AsSpan(0, Longest / 2), " […] ", text.AsSpan(text.Length - Longest / 4));
        foreach (char c in text)
            if (IsOdd(c)) return Escaped(text);
        return text;
    }

    /// <summary>The same for a text of several lines, of any length.</summary>
    public static string Lines(string text) => string.Join('\n', Array.ConvertAll(text.Split('\n'), Escaped));

    private static string Escaped(string text)
    {
        var plain = new StringBuilder();
        foreach (char c in text) _ = c == '\n' ? plain.Append("\\n") : IsOdd(c) ? plain.Append("\\u").Append(((int)c).ToString("x4")) : plain.Append(c);
        return plain.ToString();
    }

    /// <summary>Control characters, other ends of lines, and what turns the direction of a line.</summary>
    public static bool IsOdd(char c) => c is < ' ' or >= '\x7f' and < '\xa0' or >= '\u2028' and <= '\u202e' or >= '\u2066' and <= '\u2069';
}
