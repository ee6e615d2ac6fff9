using Minirun.Engine.Attach;
using Xunit;

namespace Minirun.Engine.Tests.Attach;

/// <summary>The bytes, which another version of minirun may have written.</summary>
public sealed class AttachProtocolTests
{
    [Fact]
    public void The_kinds_have_their_numbers_for_ever() =>
        Assert.Equal("Input=0 Output=1 Error=2 Ended=3 Resize=4 EndOfInput=5 Welcome=6 Owns=7 Leaves=8",
            string.Join(' ', Enum.GetValues<AttachKind>().Select(kind => $"{kind}={(int)kind}")));

    [Fact]
    public void A_size_is_two_numbers_of_two_bytes()
    {
        byte[] message = AttachProtocol.Write(new AttachSize(24, 300));
        Assert.Equal([4, 24, 0, 44, 1], message);
        Assert.Equal(new AttachSize(24, 300), AttachProtocol.ReadSize(AttachProtocol.Read(message)));
        Assert.Null(AttachProtocol.ReadSize(AttachProtocol.Read(message.AsMemory(0, 4))));
        Assert.Null(AttachProtocol.ReadSize(AttachProtocol.Read(new byte[] { 0, 24, 0, 44, 1 })));
    }

    [Theory]
    [InlineData(0, false, false, 0)]
    [InlineData(137, true, false, 1)]
    [InlineData(137, false, true, 2)]
    public void An_end_is_the_exit_code_and_why(int code, bool time, bool memory, byte why)
    {
        byte[] message = AttachProtocol.Write(new AttachEnd(code, time, memory));
        Assert.Equal([3, (byte)code, 0, 0, 0, why], message);
        Assert.Equal(new AttachEnd(code, time, memory), AttachProtocol.ReadEnd(AttachProtocol.Read(message)));
    }

    [Fact]
    public void An_older_minirun_says_no_more_than_the_exit_code()
    {
        Assert.Equal(new AttachEnd(7, false, false), AttachProtocol.ReadEnd(AttachProtocol.Read(new byte[] { 3, 7, 0, 0, 0 })));
        Assert.Null(AttachProtocol.ReadEnd(AttachProtocol.Read(new byte[] { 3, 7, 0 })));
    }
}
