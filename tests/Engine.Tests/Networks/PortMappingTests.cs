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
    [InlineData("8080:80", "8080:81", true)]
    [InlineData("8080:80", "127.0.0.1:8080:80", true)]
    [InlineData("127.0.0.1:8080:80", "0.0.0.0:8080:80", true)]
    [InlineData("127.0.0.1:8080:80", "127.0.0.1:8080:80", true)]
    [InlineData("8080:80/sctp", "8080:80/sctp", true)]
    [InlineData("127.0.0.1:8080:80", "127.0.0.2:8080:80", false)]
    [InlineData("8080:80", "8080:80/udp", false)]
    [InlineData("8080:80", "8081:80", false)]
    [InlineData("80", "80", false)]
    public void Two_meet_at_one_port_of_one_protocol_where_an_address_is_one_or_all(string one, string other, bool meet) =>
        Assert.Equal(meet, PortMapping.Parse(one)[0].Meets(PortMapping.Parse(other)[0]));

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
    public void What_is_none_is_refused_with_a_hint(string text) =>
        Assert.NotNull(Assert.Throws<UserError>(() => PortMapping.Parse(text)).Hint);
}
