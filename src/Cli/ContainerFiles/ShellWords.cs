using System.Text;

namespace Minirun.Cli.ContainerFiles;

/// <summary>A line split into words as a POSIX shell does: blanks, '…', "…" and backslashes. Nothing is expanded.</summary>
internal static class ShellWords
{
    /// <summary>The word as a shell takes it for one.</summary>
    public static string Quote(string word) => "'" + word.Replace("'", "'\\''") + "'";

    /// <summary>Null when a quote or backslash at the end is not closed.</summary>
    public static List<string>? Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        for (int at = 0; at < line.Length; at++)
        {
            char c = line[at];
            if (char.IsWhiteSpace(c))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }
            word ??= new StringBuilder();
            if (c is '\'' or '"')
            {
                at = Quoted(line, at + 1, c, word);
                if (at < 0) return null;
            }
            else if (c == '\\')
            {
                if (++at == line.Length) return null;
                if (line[at] != '\n') word.Append(line[at]);
            }
            else word.Append(c);
        }
        if (word is not null) words.Add(word.ToString());
        return words;
    }

    /// <summary>Gives the place of the closing quote; -1 when there is none.</summary>
    private static int Quoted(string line, int at, char quote, StringBuilder word)
    {
        for (; at < line.Length; at++)
        {
            char c = line[at];
            if (c == quote) return at;
            // Between double quotes a backslash is one, but before these.
            if (c == '\\' && quote == '"' && at + 1 < line.Length && line[at + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                if (line[++at] != '\n') word.Append(line[at]);
            }
            else word.Append(c);
        }
        return -1;
    }
}
