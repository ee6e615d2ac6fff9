using System.Text;

namespace Minirun.Cli.Output;

/// <summary>
/// Words for a person: on a terminal lines are broken between words, and go on below their own beginning. In a pipe each stays one line,
/// for whoever greps it.
/// </summary>
internal static class Paragraph
{
    private const int Least = 26;

    /// <param name="text">Gets the lines, each with its end.</param>
    /// <param name="screen">Where they will be seen.</param>
    /// <param name="lead">What stands before the first line.</param>
    /// <param name="words">Safe to show.</param>
    /// <param name="column">Where the other lines begin.</param>
    /// <param name="splits">Whether a word that no line has room for is broken too. Not where it may be a path or a command that is to be
    /// copied.</param>
    public static void Append(StringBuilder text, Screen screen, string lead, string words, int column, bool splits = false)
    {
        int width = Math.Max((screen.Columns ?? int.MaxValue) - column, Least);
        foreach (string line in HelpPage.Wrap(words, width, splits))
        {
            text.Append(lead).Append(line).Append('\n');
            lead = new string(' ', column);
        }
    }

    /// <summary>The same as a text of its own, without the end of its last line.</summary>
    public static string Fit(Screen screen, string lead, string words, int column)
    {
        if (screen.Columns is null) return lead + words;
        var text = new StringBuilder();
        Append(text, screen, lead, words, column);
        return text.ToString(0, text.Length - 1);
    }
}
