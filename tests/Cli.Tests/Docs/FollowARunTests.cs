using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.Cli.Tests.Docs;

/// <summary>
/// docs/follow-a-run.md: a stop is a heading with a file, "Look for `symbol`", and "Goes on with `call`", which the file must contain.
/// </summary>
public sealed class FollowARunTests
{
    private const int MostStops = 9, MostLines = 2000;

    private static readonly string s_page = new Page("docs/follow-a-run.md").Text;

    private sealed record Stop(string File, string Text)
    {
        public string Source { get; } = System.IO.File.ReadAllText(Checkout.At(File));

        public string? Symbol => Quoted("Look for");

        public string? Call => Quoted("Goes on with");

        private string? Quoted(string words) =>
            Regex.Match(Text, words + "\\s+`([^`]+)`") is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static List<Stop> Stops() =>
        [
            .. Regex.Matches(s_page, @"^## \d+\. \[([^\]]+)\]\([^)]*\)\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)
                .Select(match => new Stop(match.Groups[1].Value, match.Groups[2].Value))];

    internal static IEnumerable<string> StopFiles() => Stops().Select(stop => stop.File);

    /// <summary>All that the page links to.</summary>
    private static string[] Files() =>
        [.. Regex.Matches(s_page, @"\((?:\.\./)+(src/[^)]+\.cs)\)").Select(match => match.Groups[1].Value).Distinct()];

    [Fact]
    public void A_run_is_followed_from_Main_to_execve_in_few_files()
    {
        List<Stop> stops = Stops();
        Assert.InRange(stops.Count, 5, MostStops);
        Assert.Contains("int Main(", stops[0].Source);
        Assert.Contains("SYS_execve,", stops[^1].Source);
    }

    [Fact]
    public void All_files_that_the_page_names_are_short_to_read()
    {
        string[] files = Files();
        int lines = files.Sum(file => File.ReadLines(Checkout.At(file)).Count());
        Assert.True(lines < MostLines, $"{files.Length} files have {lines} lines");
        foreach (Stop stop in Stops()) Assert.Contains(stop.File, files);
    }

    [Fact]
    public void Each_stop_leads_on_to_the_next()
    {
        List<Stop> stops = Stops();
        string[] sources = [.. Files().Select(file => File.ReadAllText(Checkout.At(file)))];
        for (int i = 0; i < stops.Count; i++)
        {
            Assert.True(stops[i].Symbol is not null, $"{stops[i].File}: the page does not say what to look for");
            Assert.Matches($@"\b{Regex.Escape(stops[i].Symbol!)}\b", stops[i].Source);
            if (i + 1 == stops.Count) break;
            Assert.True(stops[i].Call is not null, $"{stops[i].File}: the page does not say how it goes on");
            Assert.Contains(stops[i].Call!, stops[i].Source);
            // The call names what the next stop has us look for, but for the one that is an execve: that goes by the program's name.
            string name = stops[i + 1].Symbol!;
            bool byExecve = stops[i + 1].Source.Contains("\"fork-news\"u8")
                && sources.Any(source => source.Contains("SYS_execveat") && source.Contains("\"fork-news\""));
            Assert.True(stops[i].Call!.Contains(name) || byExecve, $"{stops[i].File}: {stops[i].Call} does not lead to {name}");
        }
    }
}
