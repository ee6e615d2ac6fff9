using Minirun.Linux;
using Minirun.Runtime.Security;
using Xunit;

namespace Minirun.Runtime.Tests.Security;

public sealed class CapabilitySetTests
{
    private static readonly ulong s_default = CapabilitySet.Parse(CapabilitySet.Default);

    [Theory]
    [InlineData(false, "", "", "default")]
    [InlineData(true, "", "", "all")]
    [InlineData(false, "ALL", "", "all")]
    [InlineData(false, "all", "", "all")]
    [InlineData(false, "", "ALL", "none")]
    [InlineData(false, "NET_ADMIN", "", "default+CAP_NET_ADMIN")]
    [InlineData(false, "cap_net_admin", "", "default+CAP_NET_ADMIN")]
    [InlineData(false, "", "CHOWN", "default-CAP_CHOWN")]
    [InlineData(false, "CHOWN", "ALL", "none+CAP_CHOWN")]
    [InlineData(false, "ALL", "CHOWN", "all-CAP_CHOWN")]
    [InlineData(false, "CHOWN", "CHOWN", "default-CAP_CHOWN")]
    [InlineData(false, "ALL", "ALL", "all")]
    [InlineData(true, "", "SYS_ADMIN", "all-CAP_SYS_ADMIN")]
    public void Adding_and_dropping_is_as_dockers(bool privileged, string add, string drop, string expected) =>
        Assert.Equal(Expected(expected), CapabilitySet.Combine(privileged, Words(add), Words(drop)));

    [Theory]
    [InlineData("NOPE")]
    [InlineData("")]
    [InlineData("CAP_")]
    [InlineData("CAP_CAP_CHOWN")]
    [InlineData("NET-ADMIN")]
    [InlineData(" CHOWN")]
    [InlineData("1")]
    public void Other_names_are_refused(string name) => Refuses.With(() => CapabilitySet.Combine(false, [name], []));

    [Fact]
    public void Names_come_in_the_order_of_their_numbers() =>
        Assert.Equal(["CAP_CHOWN", "CAP_KILL", "CAP_CHECKPOINT_RESTORE"], CapabilitySet.Names(1 | 1 << 5 | 1UL << 40));

    [Fact]
    public void Every_capability_survives_the_way_to_its_name_and_back() =>
        Assert.Equal(capability.All, CapabilitySet.Parse(CapabilitySet.Names(capability.All)));

    private static List<string> Words(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static ulong Expected(string text)
    {
        string[] parts = text.Split('+', '-');
        ulong set = parts[0] switch { "all" => capability.All, "default" => s_default, _ => 0 };
        if (parts.Length == 1) return set;
        ulong one = CapabilitySet.Parse([parts[1]]);
        return text.Contains('+') ? set | one : set & ~one;
    }
}
