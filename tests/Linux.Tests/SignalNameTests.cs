using Xunit;

namespace Minirun.Linux.Tests;

public sealed class SignalNameTests
{
    [Theory]
    [InlineData("9", 9)]
    [InlineData("0", 0)]
    [InlineData("KILL", 9)]
    [InlineData("SIGKILL", 9)]
    [InlineData("sigterm", 15)]
    [InlineData("SYS", 31)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("RTMAX", 64)]
    [InlineData("64", 64)]
    [InlineData("65", -1)]
    [InlineData("-9", -1)]
    [InlineData("RTMIN+31", -1)]
    [InlineData("RTMIN+-1", -1)]
    [InlineData("SIG", -1)]
    [InlineData("", -1)]
    [InlineData("KILLS", -1)]
    public void A_signal_is_known_by_name_and_number(string text, int number) => Assert.Equal(number, SignalName.Parse(text));
}
