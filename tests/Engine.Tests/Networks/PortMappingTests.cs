using Minirun.Engine.Networks;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

public sealed class PortMappingTests
{
    [Theory]
    [InlineData("80", "0.0.0.0:0 80/tcp")]
    [InlineData("8080:80", "0.0.0.0:8080 80/tcp")]
    [InlineData("127.0.0.1:8080:80", "127.0.0.1:8080 80/tcp")]
    [InlineData("127.0.0.1::80", "127.0.0.1:0 80/tcp")]
    [InlineData("0.0.0.0:8080:80/udp", "0.0.0.0:8080 80/udp")]
    [InlineData("[::1]:8080:80", "[::1]:8080 80/tcp")]
    [InlineData("53:53/UDP", "0.0.0.0:53 53/udp")]
    [InlineData("8000-8002:80-82", "0.0.0.0:8000 80/tcp, 0.0.0.0:8001 81/tcp, 0.0.0.0:8002 82/tcp")]
    [InlineData("80-81", "0.0.0.0:0 80/tcp, 0.0.0.0:0 81/tcp")]
    public void A_publication_is_read(string text, string mappings) =>
        Assert.Equal(mappings, string.Join(", ", PortMapping.Parse(text).Select(each => $"{each.Outside} {each.Inside}")));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("eighty")]
    [InlineData("80/icmp")]
    [InlineData("80:")]
    [InlineData(":80:80")]
    [InlineData("localhost:80:80")]
    [InlineData("80-82:80-81")]
    [InlineData("82-80")]
    public void What_is_none_is_refused_with_a_hint(string text) => Assert.NotNull(Assert.Throws<UserError>(() => PortMapping.Parse(text)).Hint);
}
