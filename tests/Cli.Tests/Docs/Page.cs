namespace Minirun.Cli.Tests.Docs;

/// <summary>A markdown page of the checkout, and the blocks of commands in it.</summary>
internal sealed class Page(string path)
{
    private const string MarkerStart = "<!-- test: ", MarkerEnd = " -->";

    /// <summary>Relative to the checkout.</summary>
    public string Path { get; } = path;

    public string Text { get; } = File.ReadAllText(Checkout.At(path));

    /// <summary>Every page whose commands are kept true.</summary>
    public static IEnumerable<string> All()
    {
        foreach (string page in Directory.EnumerateFiles(Checkout.Root, "*.md")) yield return System.IO.Path.GetFileName(page);
        foreach (string folder in (string[])["docs", "labs"])
            foreach (string page in Directory.EnumerateFiles(Checkout.At(folder), "*.md", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
                yield return System.IO.Path.GetRelativePath(Checkout.Root, page);
    }

    /// <summary>
    /// The ```console and ```sh blocks. A comment on the line before says what a reader need not know: <c>&lt;!-- test: not run: REASON
    /// --&gt;</c>, <c>as root</c>, <c>as an ordinary user</c>, <c>with newuidmap</c>.
    /// </summary>
    public IEnumerable<Block> Blocks()
    {
        string[] lines = Text.Split('\n');
        string marker = "";
        for (int at = 0; at < lines.Length; at++)
        {
            string line = lines[at].Trim();
            if (line is "```console" or "```sh")
            {
                int start = at + 1;
                while (lines[++at].Trim() != "```") { }
                yield return new Block(Path, start + 1, marker, Command.Parse(lines[start..at], start + 1, prompts: line == "```console"));
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
                while (lines[++at].Trim() != "```") { }
            else if (line.StartsWith(MarkerStart, StringComparison.Ordinal)) { marker = line[MarkerStart.Length..^MarkerEnd.Length];
            continue; }
            if (line.Length > 0) marker = "";
        }
    }
}
