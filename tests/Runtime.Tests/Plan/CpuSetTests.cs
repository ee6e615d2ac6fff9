using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

public sealed class CpuSetTests
{
    [Theory]
    [InlineData("0", "0100000000000000")]
    [InlineData("0-3,7", "8F00000000000000")]
    [InlineData("7,0-3", "8F00000000000000")]
    [InlineData("1-1", "0200000000000000")]
    [InlineData("63", "0000000000000080")]
    [InlineData("64", "00000000000000000100000000000000")]
    public void A_list_is_a_mask_of_whole_words(string list, string mask) => Assert.Equal(mask, Convert.ToHexString(CpuSet.Parse(list)));

    [Fact]
    public void The_last_processor_that_the_kernel_can_have_fits() => Assert.Equal(1024, CpuSet.Parse("8191").Length);

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("0,")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("3-1")]
    [InlineData("0-1-2")]
    [InlineData("a")]
    [InlineData("0x1")]
    [InlineData(" 1")]
    [InlineData("8192")]
    [InlineData("0-4294967294")]
    [InlineData("4294967296")]
    public void Other_lists_are_refused(string list) => Refuses.With(() => CpuSet.Parse(list));
}
