using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.Cli.Tests.Docs;

/// <summary>docs/plan-of-a-run.md: what one opens to understand the plan, [Type](file) each.</summary>
public sealed class PlanOfARunTests
{
    private const int MostFiles = 20, MostLines = 3000;

    private static readonly string s_page = new Page("docs/plan-of-a-run.md").Text;

    private static List<(string Type, string File)> Files() =>
        [.. Regex.Matches(s_page, @"\[(\w+)\]\(\.\./(src/[^)]+\.cs)\)").Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    private static string Read(string file) => File.ReadAllText(Checkout.At(file));

    [Fact]
    public void With_the_stops_of_a_run_it_is_few_files_and_short_to_read()
    {
        string[] files = [.. Files().Select(each => each.File).Concat(FollowARunTests.StopFiles()).Distinct()];
        int lines = files.Sum(file => File.ReadLines(Checkout.At(file)).Count());
        Assert.InRange(files.Length, 15, MostFiles);
        Assert.True(lines <= MostLines, $"{files.Length} files have {lines} lines");
    }

    [Fact]
    public void Each_file_declares_the_type_that_it_is_named_for()
    {
        Assert.NotEmpty(Files());
        Assert.All(Files(), each => Assert.Matches($@"\b(class|struct) {each.Type}\b", Read(each.File)));
    }

    [Fact]
    public void Operations_are_made_by_the_planners_alone()
    {
        var made = new Regex(@"\bnew \w+(Op|Step)\b");
        string[] outside = [.. Directory.GetFiles(Checkout.At("src"), "*.cs", SearchOption.AllDirectories)
            .Where(
                file => !file.Contains("/Runtime/Plan/") && Regex.Replace(File.ReadAllText(file), "//.*", "") is var text
                    && made.IsMatch(text))
            .Where(file => !Regex.IsMatch(File.ReadAllText(file), @"new JoiningStep\b"))];
        Assert.Empty(outside);
    }

    /// <summary>An operation that is in one of the two alone would be an error only when somebody needs it.</summary>
    [Fact]
    public void Each_kind_has_a_class_and_a_line_of_the_interpreter()
    {
        string interpreter = Read("src/Init/Interpreter.cs");
        string classes = string.Concat(Directory.GetFiles(Checkout.At("src/Runtime/Plan/Ops"), "*.cs").Select(File.ReadAllText));
        MatchCollection members = Regex.Matches(Read("src/Plan/OpCode.cs"), @"^    (\w+),", RegexOptions.Multiline);
        string[] kinds = [.. members.Select(match => match.Groups[1].Value)];
        Assert.True(kinds.Length > 50);
        Assert.All(kinds.Except(["Launch"]), name =>
        {
            Assert.Matches($@"OpCode\.{name} =>", interpreter);
            Assert.Matches($@"(\) : |base)\w*\(OpCode\.{name}\b", classes);
        });
    }

    /// <summary>What a policy says is asked for; who somebody is, is asked by nobody.</summary>
    [Fact]
    public void Whose_document_it_is_is_decided_where_the_specification_is_made()
    {
        string[] choosing = [.. Directory.GetFiles(Checkout.At("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\bPolicy\.(Run|Bundle)\b|\bFromBundle\b"))
            .Select(file => Path.GetRelativePath(Checkout.Root, file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["src/Runtime/Lifecycle/Executor.cs", "src/Runtime/Request/BundleSpec.cs", "src/Runtime/Request/ContainerSpec.cs"],
            choosing);
    }
}
