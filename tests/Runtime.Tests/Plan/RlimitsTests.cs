using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

public sealed class RlimitsTests
{
    [Theory]
    [InlineData("RLIMIT_CPU", 0)]
    [InlineData("RLIMIT_CORE", 4)]
    [InlineData("RLIMIT_NPROC", 6)]
    [InlineData("RLIMIT_NOFILE", 7)]
    [InlineData("RLIMIT_MEMLOCK", 8)]
    [InlineData("RLIMIT_AS", 9)]
    [InlineData("RLIMIT_RTTIME", 15)]
    public void A_limit_has_the_kernels_number(string name, int number) => Assert.Equal(number, Rlimits.Number(name));

    [Theory]
    [InlineData("")]
    [InlineData("nofile")]
    [InlineData("RLIMIT_")]
    [InlineData("RLIMIT_nofile")]
    [InlineData("RLIMIT_SWAP")]
    public void Other_names_are_refused(string name) => Refuses.With(() => Rlimits.Number(name));

    [Fact]
    public void The_short_name_is_that_of_ulimit() => Assert.Equal("nofile", Rlimits.ShortName("RLIMIT_NOFILE"));
}
