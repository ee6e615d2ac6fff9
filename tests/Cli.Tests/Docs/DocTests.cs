using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace Minirun.Cli.Tests.Docs;

/// <summary>No promise without a test: what the pages say to type does what the pages say.</summary>
public sealed class DocTests(ITestOutputHelper output)
{
    /// <summary>How many commands may go untried. Lower it when you can; a reason stands before each in its page.</summary>
    private const int MostNotRun = 7;

    public static TheoryData<string> Pages => [.. Page.All()];

    public static TheoryData<string> PagesWithCommands =>
        [.. Page.All().Where(page => new Page(page).Blocks().Any(block => block.ReasonNotToRun is null))];

    [Theory, MemberData(nameof(PagesWithCommands))]
    public void Every_command_of_the_page_works_as_shown(string page)
    {
        using var desk = new Desk();
        List<string> wrong = [];
        foreach (Block block in new Page(page).Blocks())
            if (block.IsForUs) Compare(block, desk.Run(block), (command, text) => command.Shows(text), wrong);
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    /// <summary>As who reads the page does it: what is a pipe above is a terminal here, of 80 columns.</summary>
    [Theory, MemberData(nameof(PagesWithCommands))]
    public void Every_command_of_the_page_works_in_a_terminal(string page)
    {
        using var desk = new Desk();
        List<string> wrong = [];
        foreach (Block block in new Page(page).Blocks())
            if (block.IsForUs)
                Compare(block, block.IsNotForTerminals ? desk.Run(block) : desk.RunInTerminal(block, wrong),
                    (command, text) => command.ShowsBroken(text), wrong);
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    private static void Compare(Block block, List<(int Status, string Output)> results, Func<Command, string, bool> shows,
        List<string> wrong)
    {
        for (int i = 0; i < block.Commands.Count; i++)
        {
            Command command = block.Commands[i];
            string place = $"{block.Page}:{command.Line}: $ {command.Text}";
            if (i >= results.Count)
            {
                wrong.Add($"{place}\n  the shell ended before it");
                break;
            }
            var (status, text) = results[i];
            if (status != command.ExitStatus) wrong.Add($"{place}\n  exit {status} instead of {command.ExitStatus}; it said:\n{text}");
            else if (!shows(command, text)) wrong.Add($"{place}\n  said:\n{text}\n  the page shows:\n{string.Join('\n', command.Output)}");
        }
    }

    [Fact]
    public void Few_commands_are_not_tried_and_each_has_its_reason()
    {
        List<string> untried = [];
        foreach (string page in Page.All())
            foreach (Block block in new Page(page).Blocks().Where(block => block.ReasonNotToRun is not null))
                foreach (Command command in block.Commands)
                    untried.Add($"{page}:{command.Line}: {command.Text}: {block.ReasonNotToRun}");
        untried.ForEach(output.WriteLine);
        Assert.True(untried.Count <= MostNotRun, $"{untried.Count} commands are not tried:\n{string.Join('\n', untried)}");
        Assert.All(untried, line => Assert.False(line.EndsWith(": ", StringComparison.Ordinal), line));
    }

    [Theory, MemberData(nameof(Pages))]
    public void Every_link_to_a_file_leads_to_one(string page)
    {
        string text = new Page(page).Text;
        string folder = Path.GetDirectoryName(Checkout.At(page))!;
        foreach (Match link in Regex.Matches(text, @"\]\((?!https?:|#)([^)#\s]+)[^)]*\)"))
            Assert.True(Path.Exists(Path.Combine(folder, link.Groups[1].Value)), $"{page}: {link.Groups[1].Value} does not exist");
    }

    [Fact]
    public void The_page_of_run_names_every_flag_of_its_help()
    {
        string page = new Page("docs/run.md").Text;
        string[] missing = [.. Flags().Where(flag => !Regex.IsMatch(page, $"`[^`\n]*{flag}(?![a-z-])"))];
        Assert.True(missing.Length == 0, "docs/run.md does not name " + string.Join(' ', missing));
    }

    [Fact]
    public void Every_flag_of_run_is_in_an_example_that_is_run()
    {
        string[] commands = [.. Page.All().SelectMany(page => new Page(page).Blocks()).Where(block => block.ReasonNotToRun is null)
            .SelectMany(block => block.Commands).Select(command => command.Text)];
        string[] missing = [.. Flags().Where(flag => !commands.Any(command => Regex.IsMatch(command, $@"\s{flag}(?![a-z-])")))];
        Assert.True(missing.Length == 0, "no example has " + string.Join(' ', missing));
    }

    private static string[] Flags()
    {
        string help = Support.Minirun.Run("run", "--help").Out;
        string[] flags =
            [.. Regex.Matches(help, @"^  (?:-\w, |    )(--[a-z-]+)", RegexOptions.Multiline).Select(flag => flag.Groups[1].Value)];
        Assert.True(flags.Length > 40, help);
        return flags;
    }
}
