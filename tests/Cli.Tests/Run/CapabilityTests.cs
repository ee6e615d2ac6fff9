using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class CapabilityTests
{
    private const ulong Docker = 0xa80425fb, NetAdmin = 1UL << 12, SysAdmin = 1UL << 21, NetRaw = 1UL << 13, Chown = 1;

    [Fact]
    public void A_container_has_dockers_set()
    {
        Dictionary<string, string> sets = Sets([]);
        foreach (string set in (string[])["CapPrm", "CapEff", "CapBnd"]) Assert.Equal(Docker, Convert.ToUInt64(sets[set], 16));
        foreach (string set in (string[])["CapInh", "CapAmb"]) Assert.Equal(0UL, Convert.ToUInt64(sets[set], 16));
    }

    [Theory]
    [InlineData(Docker | NetAdmin, "--cap-add", "NET_ADMIN")]
    [InlineData(Docker | NetAdmin, "--cap-add=cap_net_admin")]
    [InlineData(Docker | NetAdmin | SysAdmin, "--cap-add", "NET_ADMIN,SYS_ADMIN")]
    [InlineData(Docker & ~NetRaw, "--cap-drop", "NET_RAW")]
    [InlineData(0UL, "--cap-drop", "ALL")]
    [InlineData(Chown, "--cap-drop", "ALL", "--cap-add", "CHOWN")]
    [InlineData(Chown, "--cap-add", "CHOWN", "--cap-drop", "all")]
    [InlineData(Docker, "--cap-add", "NET_ADMIN", "--cap-drop", "NET_ADMIN")]
    public void Capabilities_are_added_and_dropped(ulong expected, params string[] options)
    {
        Dictionary<string, string> sets = Sets(options);
        Assert.Equal(expected.ToString("x16"), sets["CapEff"]);
        Assert.Equal(expected.ToString("x16"), sets["CapBnd"]);
    }

    [Fact]
    public void All_but_one_can_be_had()
    {
        ulong all = Convert.ToUInt64(Sets(["--cap-add", "ALL"])["CapEff"], 16);
        Assert.Equal(all & ~SysAdmin, Convert.ToUInt64(Sets(["--cap-add", "ALL", "--cap-drop", "SYS_ADMIN"])["CapEff"], 16));
        Assert.Equal(all, Convert.ToUInt64(Sets(["--privileged"])["CapEff"], 16));
        Assert.Equal(SysAdmin, all & SysAdmin);
    }

    [Requires(Need.Root)]
    public void Without_a_user_namespace_a_device_is_the_hosts_and_only_those_who_ask_may_make_one()
    {
        const string make = "mknod /tmp/.disk b 7 0 && rm /tmp/.disk";
        foreach (string[] options in (string[][])[["--userns", "host"], ["--ns", "pid,mnt"],
            ["--userns", "host", "--cap-add", "SYS_ADMIN"]])
            Assert.Contains("not permitted", Container.Run([.. options, "--ephemeral"], "sh", "-c", make).Exits(1).Error,
                StringComparison.Ordinal);
        foreach (string[] options in (string[][])[["--cap-add", "mknod"], ["--cap-add", "ALL"], ["--privileged"]])
            Container.Run(["--userns", "host", .. options, "--ephemeral"], "sh", "-c", make).Succeeds();
    }

    [Fact]
    public void What_is_dropped_cannot_be_done() =>
        Assert.Contains("not permitted", Container.Run(["--cap-drop", "SYS_CHROOT"], "chroot", "/", "true").Exits(1).Error);

    [Theory]
    [InlineData("--cap-add")]
    [InlineData("--cap-drop")]
    public void An_unknown_capability_is_named(string flag) =>
        Container.Run([flag, "FLY"], "true").Fails(125, "'FLY'", "capabilities(7)");

    [Fact]
    public void No_new_privileges_is_on_and_can_be_switched_off()
    {
        Assert.Equal("1", Sets([])["NoNewPrivs"]);
        Assert.Equal("1", Sets(["--no-new-privs"])["NoNewPrivs"]);
        Assert.Equal("0", Sets(["--no-new-privs=false"])["NoNewPrivs"]);
        Assert.Equal("0", Sets(["--security-opt", "no-new-privileges=false"])["NoNewPrivs"]);
        Assert.Equal("1", Sets(["--security-opt", "no-new-privileges"])["NoNewPrivs"]);
    }

    [Requires(Need.SubordinateIdsOrRoot)]
    public void A_user_other_than_root_gets_what_is_added_as_ambient() =>
        Assert.Equal(NetAdmin.ToString("x16"), Sets(["-u", "5:5", "--cap-add", "NET_ADMIN"])["CapEff"]);

    [Fact]
    public void Capabilities_are_over_the_containers_own_namespaces_only() =>
        Assert.Contains("not permitted",
            Container.Run(["--uts=host", "--cap-add", "SYS_ADMIN"], "sh", "-c", "hostname \"$(hostname)\"").Exits(1).Error);

    private static Dictionary<string, string> Sets(string[] options) =>
        Container.Run(options, "/probe", "caps").Succeeds().Lines.Select(line => line.Split(": "))
            .ToDictionary(parts => parts[0], parts => parts[1]);
}
