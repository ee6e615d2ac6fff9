using System.Text;
using Minirun.Fuzz;
using Minirun.Runtime.Namespaces;
using Xunit;

namespace Minirun.Runtime.Tests.Namespaces;

public sealed class SubordinateIdsTests
{
    [Theory]
    [InlineData("ada:100000:65536\n")]
    [InlineData("ada:100000:65536")]
    [InlineData("bob:1:2\nada:100000:65536\nada:300000:65536\n")]   // the first of several
    [InlineData("1000:100000:65536\n")]                             // by number: subuid(5)
    [InlineData("\n\nada:100000:65536\n")]
    [InlineData("ada:x:65536\nada:100000:65536\n")]
    [InlineData("ada:100000\nada:100000:65536\n")]
    [InlineData("ada:100000:0\nada:100000:65536\n")]                // an empty range is none
    public void The_first_usable_range_of_the_user_counts(string text) =>
        Assert.Equal((100000u, 65536u), SubordinateIds.Parse(text, "ada", 1000));

    [Theory]
    [InlineData("")]
    [InlineData("bob:100000:65536\n")]
    [InlineData("adam:100000:65536\n")]
    [InlineData("ada :100000:65536\n")]
    [InlineData("01000:100000:65536\n")]
    [InlineData("ada:-1:65536\n")]
    [InlineData("ada:4294967296:1\n")]
    [InlineData("ada:100000:65536:\n")]
    [InlineData("# ada:100000:65536\n")]
    [InlineData("ada: 100000:65536\n")]
    [InlineData("ada:100000:65536 \n")]
    [InlineData("ada:100000:65536\r\n")]
    [InlineData("ada:+100000:65536\n")]
    [InlineData("ada:0100000:65536\n")]                             // octal to newuidmap
    [InlineData("ada:0x186a0:65536\n")]
    [InlineData("ada:4294901760:65536\n")]                          // to the end, and over it: the last number is no id
    [InlineData("ada:\uff11:65536\n")]
    public void Other_lines_give_no_range(string text) => Assert.Null(SubordinateIds.Parse(text, "ada", 1000));

    [Fact]
    public void A_changed_file_gives_a_range_that_there_can_be_or_none() =>
        FuzzRun.Each(20_000, random => TextMutator.Change(random, "bob:1:2\nada:100000:65536\n1000:300000:65536\n"), bytes =>
    {
        if (SubordinateIds.Parse(Encoding.UTF8.GetString(bytes), "ada", 1000) is var (first, count))
            Assert.InRange((long)first + count, first + 1L, uint.MaxValue);
    }, error => error.Message);

    [Fact]
    public void A_user_without_a_name_has_ranges_by_number() =>
        Assert.Equal((5u, 6u), SubordinateIds.Parse("ada:1:2\n1000:5:6\n", null, 1000));
}
