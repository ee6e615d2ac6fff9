using Xunit;

namespace Minirun.Runtime.Tests.State;

public sealed class ProcessIdentityTests
{
    private const string Rest = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n";

    [Theory]
    [InlineData("42 (sleep) S" + Rest, 4711)]
    [InlineData("42 () S" + Rest, 4711)]
    [InlineData("42 (a) R 1 (b) Z 9) S" + Rest, 4711)]
    [InlineData("42 (sleep) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 1 18 4711 20 21\n", 0)]
    [InlineData("42 (sleep) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 2 18 4711 20 21\n", 4711)]
    [InlineData("42 (sleep) X" + Rest, 0)]
    [InlineData("42 (sleep) S 1 2 3", 0)]
    [InlineData("42 (sleep)", 0)]
    [InlineData("", 0)]
    public void The_start_time_is_the_22nd_field_whatever_the_name(string stat, ulong time) =>
        Assert.Equal(time, ProcessIdentity.Parse(stat));

    [Fact]
    public void A_process_is_itself_and_no_other()
    {
        int own = Environment.ProcessId;
        ulong started = ProcessIdentity.StartTime(own);
        Assert.True(ProcessIdentity.IsAlive(own, started));
        Assert.False(ProcessIdentity.IsAlive(own, started + 1));
        Assert.False(ProcessIdentity.IsAlive(own, 0));
        Assert.Equal(0UL, ProcessIdentity.StartTime(int.MaxValue));
    }
}
