using System.Text.RegularExpressions;

namespace Minirun.Cli.Tests.Docs;

/// <summary>
/// A command line of a page and what the page shows of it. In a ```console block it comes after "$ ", "\" at its end continues it, and the
/// lines that follow are its output: none shown is nothing promised. "..." stands for anything, alone on a line for any number of lines.
/// The output's last line may be "# exit 127": that is its exit status, else it is 0.
/// </summary>
internal sealed record Command(string Text, int Line, int ExitStatus, List<string> Output)
{
    private const string Prompt = "$ ", ExitNote = "# exit ";

    public static List<Command> Parse(string[] lines, int firstLine, bool prompts)
    {
        List<Command> commands = [];
        for (int at = 0; at < lines.Length; at++)
        {
            if (!prompts && (lines[at].Trim().Length == 0 || lines[at].TrimStart().StartsWith('#'))) continue;
            if (prompts && !lines[at].StartsWith(Prompt, StringComparison.Ordinal))
                throw new FormatException($"line {firstLine + at}: output before the first command");
            int start = at;
            string text = prompts ? lines[at][Prompt.Length..] : lines[at];
            while (text.EndsWith('\\')) text += "\n" + lines[++at];
            List<string> output = [];
            while (prompts && at + 1 < lines.Length && !lines[at + 1].StartsWith(Prompt, StringComparison.Ordinal))
                output.Add(lines[++at].TrimEnd());
            while (output.Count > 0 && output[^1].Length == 0) output.RemoveAt(output.Count - 1);
            int status = 0;
            if (output.Count > 0 && output[^1].StartsWith(ExitNote, StringComparison.Ordinal))
            {
                status = int.Parse(output[^1][ExitNote.Length..]);
                output.RemoveAt(output.Count - 1);
            }
            commands.Add(new Command(text, firstLine + start, status, output));
        }
        return commands;
    }

    /// <summary>Whether what came out is what the page shows.</summary>
    public bool Shows(string actual) => Output.Count == 0 || Regex.IsMatch(Tidy(actual), Pattern(), RegexOptions.Singleline);

    /// <summary>The same in a terminal, where lines are broken between words: wherever the page breaks them.</summary>
    public bool ShowsBroken(string actual)
    {
        IEnumerable<string> parts = string.Join('\n', Output).Split("...").Select(part => Regex.Escape(Regex.Replace(part, @"\s", "")));
        string plain = Regex.Replace(actual, "\e\\[[0-9;]*m", "");
        return Shows(plain) || Regex.IsMatch(Regex.Replace(plain, @"\s", ""), $"^{string.Join(".*", parts)}$", RegexOptions.Singleline);
    }

    private string Pattern()
    {
        var pattern = new System.Text.StringBuilder("^");
        foreach (string line in Output)
            pattern.Append(
                line.Trim() == "..." ? "(?:[^\n]*\n)*?" : string.Join("[^\n]*", line.Split("...").Select(Regex.Escape)) + "[ \t]*\n");
        return pattern.Append('$').ToString();
    }

    private static string Tidy(string text) => text.Replace("\r", "").TrimEnd('\n') + "\n";
}
