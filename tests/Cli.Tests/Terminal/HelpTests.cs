using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

using Minirun = Support.Minirun;

/// <summary>Every page of help of both programs, as a person sees it.</summary>
public sealed class HelpTests
{
    private const string Mark = "=== ";

    private static readonly Lazy<List<string[]>> s_pages = new(Find);

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_terminal_and_no_word_is_broken(int columns)
    {
        using var pty =
            new Pty(Start.Plain with { Deadline = TimeSpan.FromMinutes(2) }, rows: 50, columns, ["bash", "-c", Script(Pages())]);
        Emulator seen = pty.AtEnd(out int status);
        Assert.Equal(0, status);
        Assert.Equal("", seen.Leftovers);
        Assert.Empty(seen.Screen.BrokenWords);
        Assert.Empty(seen.Screen.Stairs);
        // Not broken by the terminal either: only ourselves we know where words end.
        Assert.DoesNotContain(pty.Screen.Split('\n').Select(line => line.TrimEnd('\r')),
            line => line.Length > columns && !line.Contains('\e'));
    }

    [Fact]
    public void In_a_file_no_line_is_wider_than_80_columns()
    {
        Result all = Minirun.Other(Start.Plain with { Deadline = TimeSpan.FromMinutes(2) }, "bash", "-c", Script(Pages())).Exits(0);
        Assert.DoesNotContain(all.Lines, line => line.Length > 80);
    }

    [Fact]
    public void Every_verb_of_the_first_page_has_a_page()
    {
        string[] pages = [.. Pages().Select(page => string.Join(' ', page))];
        Assert.InRange(pages.Length, 60, 200);
        foreach (string verb in (string[])["minirun run", "minirun ps", "minirun volume create", "minirun-oci create", "minirun system df"])
            Assert.Contains(verb, pages);
    }

    private static string Script(List<string[]> pages) =>
        $"PATH={Programs.Bin}:$PATH\n"
            + string.Concat(pages.Select(page => $"echo '{Mark}{string.Join(' ', page)}'; {string.Join(' ', page)} --help || exit 1\n"));

    /// <summary>The words before --help: each verb, and each verb of a group.</summary>
    private static List<string[]> Pages() => s_pages.Value;

    private static List<string[]> Find()
    {
        List<string[]> pages = [["minirun"], ["minirun-oci"]];
        foreach (string verb in Verbs(Minirun.Run("--help")))
        {
            pages.Add(["minirun", verb]);
            Result page = Minirun.Run(verb, "--help").Succeeds();
            if (page.Out.StartsWith($"Usage:  minirun {verb} COMMAND", StringComparison.Ordinal))
                pages.AddRange(Verbs(page).Select(second => new[] { "minirun", verb, second }));
        }
        pages.AddRange(
            Verbs(Minirun.Other(Path.Combine(Programs.Bin, "minirun-oci"), "--help")).Select(verb => new[] { "minirun-oci", verb }));
        return pages;
    }

    private static IEnumerable<string> Verbs(Result help) =>
        Regex.Matches(help.Succeeds().Out, "^  ([a-z][a-z-]+)(?: |$)", RegexOptions.Multiline)
        .Select(verb => verb.Groups[1].Value).Where(verb => verb is not ("minirun" or "minirun-oci"));
}
