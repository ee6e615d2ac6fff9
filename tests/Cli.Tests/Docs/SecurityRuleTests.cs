using System.Text.RegularExpressions;
using Xunit;

namespace Minirun.Cli.Tests.Docs;

/// <summary>docs/security.md: a rule that nothing tests is a wish.</summary>
public sealed partial class SecurityRuleTests
{
    public static TheoryData<string> Rules => [.. Rule().Matches(Page()).Select(rule => rule.Value)];

    [Theory, MemberData(nameof(Rules))]
    public void Each_rule_names_a_test_that_is_there(string rule)
    {
        string[] files = Directory.GetFiles(Checkout.At("tests"), "*", SearchOption.AllDirectories);
        string[] names = [.. Named().Matches(rule).Select(name => name.Groups[1].Value)];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(files, file => IsNamed(file, name)));
    }

    [Fact]
    public void All_are_found() => Assert.InRange(Rule().Matches(Page()).Count, 25, 99);

    /// <summary>A class of tests by its name, with its directory or without; a script by its path; T5: a case of tests/Hostile.</summary>
    private static bool IsNamed(string file, string name) => name.Contains('.') ? file.EndsWith("/" + name, StringComparison.Ordinal)
        : name.EndsWith("Tests", StringComparison.Ordinal) ? file.EndsWith($"/{name}.cs", StringComparison.Ordinal)
        : Path.GetFileName(file).StartsWith($"T{int.Parse(name[1..]):00}-", StringComparison.Ordinal);

    private static string Page() => File.ReadAllText(Checkout.At("docs/security.md"));

    /// <summary>From its number to the next one, or the end of the list.</summary>
    [GeneratedRegex(@"^\d+\. \*(?s:.*?)(?=^\d+\. \*|\n\n)", RegexOptions.Multiline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"`([\w/]+Tests|tests/Hostile/[\w-]+\.sh|T\d+)`")]
    private static partial Regex Named();
}
