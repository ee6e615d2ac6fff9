using Minirun.Runtime.Plan.Ops;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

public sealed class StraceTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("/bin/sh", "\"/bin/sh\"")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    [InlineData("a\\b", "\"a\\\\b\"")]
    [InlineData("a\nb", "\"a\\nb\"")]
    [InlineData("\u001b[2J", "\"\\33[2J\"")]       // no escape sequence of a hostile name reaches the terminal
    [InlineData("ö", "\"ö\"")]
    public void A_string_is_quoted_as_strace_does(string text, string quoted) => Assert.Equal(quoted, Strace.Quote(text));

    [Theory]
    [InlineData('\u007f')]
    [InlineData('\u009b')]                          // CSI in one character
    public void Control_characters_beyond_ASCII_are_escaped_too(char control) =>
        Assert.DoesNotContain(control, Strace.Quote($"a{control}b"));
}
