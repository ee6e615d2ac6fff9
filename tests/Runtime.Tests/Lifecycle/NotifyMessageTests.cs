using System.Text;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Lifecycle;

public sealed class NotifyMessageTests
{
    [Theory]
    [InlineData("READY=1", "READY=1\n")]
    [InlineData("READY=1\nSTATUS=a=b\n", "READY=1\nSTATUS=a=b\n")]
    [InlineData("RELOADING=1\nMONOTONIC_USEC=12", "RELOADING=1\nMONOTONIC_USEC=12\n")]
    [InlineData("STOPPING=1\nEXTEND_TIMEOUT_USEC=5000000", "STOPPING=1\nEXTEND_TIMEOUT_USEC=5000000\n")]
    [InlineData("ERRNO=x", null)]
    [InlineData("ERRNO=", null)]
    [InlineData("ERRNO=123456789012345678901", null)]
    [InlineData("READY=", null)]
    [InlineData("MAINPID=1\nMAINPIDFDID=1\nFDSTORE=1\nFDSTOREREMOVE=1\nBARRIER=1\nX_OWN=1", null)]
    [InlineData("STATUS=a\tb\u0085c\rd", "STATUS=a?b?c?d\n")]
    [InlineData("", null)]
    public void Only_words_with_a_meaning_pass(string said, string? passed) => Assert.Equal(passed, Passed(Encoding.UTF8.GetBytes(said)));

    [Fact]
    public void What_systemd_would_not_take_for_its_length_is_not_sent()
    {
        Assert.NotNull(Passed(Encoding.UTF8.GetBytes("STATUS=" + new string('x', 4000))));
        Assert.Null(Passed(Encoding.UTF8.GetBytes("STATUS=" + new string('x', 4096))));
        // Bytes that are no text become longer.
        Assert.Null(Passed([.. "STATUS="u8, .. Enumerable.Repeat((byte)0xff, 4000)]));
    }

    private static string? Passed(byte[] said) => NotifyMessage.Filter(said) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
