using Minirun.Cli.Tests.Docs;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>
/// A command behaves alike whichever way it is run: each fact, in each way. Where they differ on purpose, a table of docs/run.md says so,
/// and is what is looked for then.
/// </summary>
public sealed class ConformanceTests
{
    private const string Heading = "### Where the ways differ";

    public static TheoryData<string, string> FactsInWays
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (Fact fact in Fact.All)
                foreach (Way way in Way.All)
                    if (Needs.Skip(fact.Needs | way.Needs) is null && !(fact.IsOfNew && way.IsInOther)) pairs.Add(fact.Name, way.Name);
            return pairs;
        }
    }

    /// <summary>What docs/run.md allows: fact, way, what is seen instead.</summary>
    private static readonly List<(string Fact, string Way, string Instead)> s_differences =
        [.. Rows().Select(cells => (cells[0], cells[1], cells[2]))];

    [Theory]
    [MemberData(nameof(FactsInWays))]
    public void Every_way_of_running_behaves_alike(string factName, string wayName)
    {
        Fact fact = Fact.All.Single(each => each.Name == factName);
        var difference = s_differences.Find(each => each.Fact == factName && each.Way == wayName);
        Assert.Equal(difference.Instead ?? fact.Expected, fact.Look(Way.All.Single(each => each.Name == wayName)));
    }

    [Fact]
    public void The_differences_are_of_facts_and_ways_that_there_are()
    {
        Assert.NotEmpty(s_differences);
        Assert.All(s_differences, each =>
        {
            Assert.Contains(Fact.All, fact => fact.Name == each.Fact && fact.Expected != each.Instead);
            Assert.Contains(Way.All, way => way.Name == each.Way);
        });
    }

    private static IEnumerable<string[]> Rows()
    {
        string text = new Page("docs/run.md").Text;
        string[] section = text[text.IndexOf(Heading, StringComparison.Ordinal)..].Split('\n')[1..];
        // Behind the two lines of its head.
        foreach (string line in section.TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith('|')).Skip(2))
            yield return [.. line.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`'))];
    }
}
