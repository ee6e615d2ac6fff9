using System.Text;

namespace Minirun.Cli.Output;

/// <summary>A page of help: broken between words, at the terminal's width or at 80 columns.</summary>
internal sealed class HelpPage
{
    private const int Usual = 80, Widest = 100, Least = 30, LeftColumn = 34;

    private readonly StringBuilder _text = new();
    private readonly int _width = Math.Clamp(Screen.Out.Columns ?? Usual, Least, Widest);

    public HelpPage Blank()
    {
        _text.Append('\n');
        return this;
    }

    /// <summary>A text of several lines; each is broken for itself, and what is left of it stands below its own beginning.</summary>
    public HelpPage Text(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            int indent = line.Length - line.TrimStart().Length;
            foreach (string part in Wrap(line.TrimStart(), _width - indent))
                _text.Append(' ', part.Length == 0 ? 0 : indent).Append(part).Append('\n');
        }
        return this;
    }

    /// <summary>"Usage:  minirun exec …": what is broken off stands behind the first word of the program.</summary>
    public HelpPage Usage(string usage)
    {
        const string before = "Usage:  ", between = "        ";
        string lead = before;
        foreach (string part in Wrap(usage, _width - before.Length))
        {
            _text.Append(lead).Append(part).Append('\n');
            lead = between;
        }
        return this;
    }

    /// <summary>A heading with what follows it below.</summary>
    public HelpPage Section(string title) => Blank().Text(title + ":");

    /// <summary>A flag, verb or argument, and what it is for beside it, or below where there is no room.</summary>
    public HelpPage Entry(string name, string meaning, int column = LeftColumn)
    {
        column = Math.Min(column, _width / 2 - 2);
        string left = "  " + name;
        if (left.Length + 1 >= column)
        {
            _text.Append(left).Append('\n');
            left = "";
        }
        foreach (string part in Wrap(meaning, _width - column))
        {
            _text.Append(left.PadRight(column)).Append(part).Append('\n');
            left = "";
        }
        return this;
    }

    public int Print()
    {
        TextOutput.Text(_text.ToString());
        return 0;
    }

    /// <summary>Lines of at most so many cells, broken at spaces; several spaces stay within a line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">In cells.</param>
    /// <param name="splits">A word that is longer is broken, too; else it has a line that is too long.</param>
    public static IEnumerable<string> Wrap(string text, int width, bool splits = true)
    {
        var line = new StringBuilder();
        int used = 0, spaces = 0;
        foreach (string word in text.Split(' ').SelectMany(word => splits ? Pieces(word, width) : [word]))
        {
            if (word.Length == 0 && line.Length > 0)
            {
                spaces++;
                continue;
            }
            int cells = Cells.Width(word);
            if (used > 0 && used + spaces + cells > width)
            {
                yield return line.ToString();
                line.Clear();
                (used, spaces) = (0, 0);
            }
            line.Append(' ', spaces).Append(word);
            used += spaces + cells;
            spaces = 1;
        }
        yield return line.ToString();
    }

    /// <summary>A word that no line has room for, such as a list of flags: broken behind what joins its parts.</summary>
    private static IEnumerable<string> Pieces(string word, int width)
    {
        while (word.Length > width && Cells.Width(word) > width)
        {
            int end = word.AsSpan(0, width).LastIndexOfAny("|,;/=") + 1;
            if (end < width / 2) end = char.IsHighSurrogate(word[width - 1]) ? width - 1 : width;
            yield return word[..end];
            word = word[end..];
        }
        yield return word;
    }
}
