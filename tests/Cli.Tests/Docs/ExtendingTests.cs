using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.Cli.Tests.Docs;

/// <summary>docs/extending.md: what a new verb, flag, option or driver touches.</summary>
public sealed class ExtendingTests
{
    private const string VerbTable = "src/Cli/Tree/VerbTable.cs", OciVerbs = "src/Cli/Oci/OciVerbs.cs";

    private static readonly string s_page = new Page("docs/extending.md").Text;

    /// <summary>Path below the checkout, and text, of the sources below a folder.</summary>
    private static IEnumerable<(string File, string Text)> Sources(string folder) =>
        Directory.GetFiles(Checkout.At(folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(Checkout.Root, file), File.ReadAllText(file)));

    private static string Read(string file) => File.ReadAllText(Checkout.At(file));

    [Theory]
    [InlineData("A verb", 2)]
    [InlineData("A mount option", 2)]
    [InlineData("A flag of the engine's", 3)]
    [InlineData("A flag of `run` with an operation", 5)]
    [InlineData("A log driver", 2)]
    public void What_is_shown_has_as_many_files_as_the_heading_says(string what, int count)
    {
        string section = s_page.Split("\n## ").Single(each => each.StartsWith($"{what}: {count} files\n", StringComparison.Ordinal));
        string[] lines = section.Split("```\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] files = [.. lines.Where(line => line.Contains(" | ")).Select(line => line.Split('|')[0].Trim())];
        string[] made =
            [.. lines.Where(line => line.StartsWith(" create mode ", StringComparison.Ordinal)).Select(line => line.Split(' ')[^1])];
        Assert.Equal(count, files.Length);
        Assert.Contains(lines, line => line.StartsWith($" {count} files changed", StringComparison.Ordinal));
        Assert.Empty(made.Except(files));
        Assert.All(files.Except(made), file => Assert.True(File.Exists(Checkout.At(file)), file));
        Assert.All(made, file => Assert.False(File.Exists(Checkout.At(file)), file + " is there: show another example"));
    }

    /// <summary>One that is in no table could not be called, and one that is called elsewhere would touch a third file.</summary>
    [Theory]
    [InlineData("MinirunVerb", VerbTable)]
    [InlineData("OciVerb", OciVerbs)]
    public void Each_verb_is_made_in_its_table_and_nowhere_else(string type, string table)
    {
        string rows = Read(table);
        (string File, string Text)[] sources = [.. Sources("src/Cli")];
        var made = new Regex($@"\b(?:public|internal) static {type} (\w+)\(\)");
        string[] verbs =
        [
            .. sources.SelectMany(source => made.Matches(source.Text).Select(match => $"{ClassOf(source.File)}.{match.Groups[1]}")),
        ];
        Assert.InRange(verbs.Length, 15, 200);
        Assert.All(verbs, verb =>
        {
            Assert.Single(Regex.Matches(rows, $@", {Regex.Escape(verb)}[,)]"));
            Assert.DoesNotContain(sources, source => source.File is not (VerbTable or OciVerbs)
                && ClassOf(source.File) != verb.Split('.')[0] && Regex.IsMatch(source.Text, $@"\b{Regex.Escape(verb)}\b"));
        });
        var row = new Regex(@"^        (new\(Kind\.\w+, |\()""[^""]+"", \w+\.\w+", RegexOptions.Multiline);
        Assert.Equal(verbs.Length, row.Count(rows));

        static string ClassOf(string file) => Path.GetFileNameWithoutExtension(file);
    }

    [Fact]
    public void What_verbs_act_on_has_a_line_too()
    {
        string table = Read(VerbTable);
        string[] nouns =
            [.. Regex.Matches(table, @"^ {8}\(""([a-z-]+)"", ""Commands", RegexOptions.Multiline).Select(row => row.Groups[1].Value)];
        string[] used = [.. Regex.Matches(table, @"""([a-z-]+) [a-z-]+""[,)]").Select(name => name.Groups[1].Value).Distinct()];
        Assert.Equal(used.Order(StringComparer.Ordinal), nouns.Order(StringComparer.Ordinal));
    }

    /// <summary>A second place that knows an engine's flag by its name would be a fourth file.</summary>
    [Fact]
    public void Each_flag_of_the_engines_is_put_into_typed_options_by_its_row()
    {
        var row = new Regex(@"^        Engine\(""([a-z-]+)"".*?\(o, v\) => ([^\n]*)", RegexOptions.Multiline | RegexOptions.Singleline);
        MatchCollection rows = row.Matches(Read("src/Cli/CommandLine/RunFlags.cs"));
        Assert.InRange(rows.Count, 20, 100);
        Assert.All(rows, row => Assert.Matches(@"\bo\.Engine\.|\bo\.DetachKeys\b|EngineValues\.Health\(o\)", row.Groups[2].Value));
        var again = new Regex(@"case ""(restart|stop-timeout|health-cmd|log-opt|network-alias)""");
        Assert.Empty(Sources("src").Where(source => again.IsMatch(source.Text)).Select(source => source.File));
    }

    [Fact]
    public void A_log_driver_is_known_to_its_folder_and_to_one_line()
    {
        const string folder = "src/Engine/Logs/", table = folder + "LogDrivers.cs";
        (string File, string Text)[] drivers =
            [.. Sources("src/Engine/Logs").Where(source => source.Text.Contains("static readonly LogDriverKind Kind"))];
        Assert.InRange(drivers.Length, 7, 50);
        Assert.All(drivers, driver =>
        {
            string name = Path.GetFileNameWithoutExtension(driver.File), own = Path.GetDirectoryName(driver.File)! + "/";
            Assert.Single(Regex.Matches(Read(table), $@"^        (\w+\.)?{name}\.Kind,$", RegexOptions.Multiline));
            Assert.All(Sources("src").Where(source => Regex.IsMatch(source.Text, $@"\b{name}\b")), source =>
                Assert.True(source.File == table || source.File == driver.File
                    || (own != folder && source.File.StartsWith(own, StringComparison.Ordinal)), $"{source.File} knows {name}"));
        });
    }
}
