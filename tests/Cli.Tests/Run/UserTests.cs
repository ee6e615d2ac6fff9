using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Users other than the own need more than one id: as an ordinary user, subordinate ones.</summary>
public sealed class UserTests : IDisposable
{
    private readonly TemporaryRootfs _rootfs = new();

    public UserTests()
    {
        _rootfs.Write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001:Ann:/home/ann:/bin/sh\n"
            + "007:x:1007:1007::/:/bin/sh\n4294967295:x:0:0::/:/bin/sh\n");
        _rootfs.Write("/etc/group", "root:x:0:\nann:x:1001:\naudio:x:29:ann,bob\nwheel:x:10:ann\n");
    }

    [TheoryRequires(Need.SubordinateIdsOrRoot)]
    [InlineData("ann", "1000 1001 29 10")]
    [InlineData("1000", "1000 1001 29 10")]
    [InlineData("ann:audio", "1000 29")]
    [InlineData("ann:77", "1000 77")]
    [InlineData("55", "55 0")]
    [InlineData("55:66", "55 66")]
    [InlineData("0", "0 0")]
    public void A_user_is_looked_up_in_the_root_file_systems_own_passwd(string user, string expected)
    {
        string[] ids = Ids("-u", user);
        string[] wanted = expected.Split(' ');
        Assert.Equal(string.Join(' ', Enumerable.Repeat(wanted[0], 4)), ids[0]);
        Assert.Equal(string.Join(' ', Enumerable.Repeat(wanted[1], 4)), ids[1]);
        Assert.Equal(wanted[2..].Order(), ids[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    // T2, CVE-2016-3697: digits are a number, whatever names passwd has.
    [Requires(Need.SubordinateIdsOrRoot)]
    public void A_number_is_never_taken_for_a_name() =>
        Assert.StartsWith("7 7 7 7", Ids("-u", "007")[0]);

    [Theory]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("nobody-here")]
    [InlineData("ann:nobody-here")]
    [InlineData("ann:")]
    [InlineData(":audio")]
    [InlineData("a:b:c")]
    [InlineData("")]
    public void A_user_that_is_not_there_is_refused(string user) =>
        Support.Minirun.Run("run", "-u", user, _rootfs.Path, "true").Fails(125, "--user", $"'{user}'");

    [Requires(Need.SubordinateIdsOrRoot)]
    public void Groups_can_be_added() =>
        Assert.Equal(["10", "29", "4000"], Ids("-u", "ann", "--group-add", "4000", "--group-add", "audio")[2].Split(' ').Order());

    [Fact]
    public void A_group_that_is_not_there_is_refused() =>
        Support.Minirun.Run("run", "--group-add", "nobody-here", _rootfs.Path, "true").Fails(125, "nobody-here");

    [Fact]
    public void None_of_the_callers_groups_go_in() =>
        Assert.Equal("Groups:", Container.Run([], "/probe", "id").Succeeds().Lines[2].Trim());

    [Requires(Need.SubordinateIdsOrRoot)]
    public void Home_is_the_users() =>
        Assert.Equal("/home/ann", Container.Sh(_rootfs, ["-u", "ann"], "echo $HOME"));

    [Requires(Need.SubordinateIdsOrRoot)]
    public void A_user_other_than_root_has_no_capabilities() =>
        Assert.Contains("CapEff: 0000000000000000",
            Support.Minirun.Run("run", "-u", "ann", _rootfs.Path, "/probe", "caps").Succeeds().Lines);

    [Requires(Need.SubordinateIdsOrRoot)]
    public void A_user_other_than_root_cannot_write_roots_files() =>
        Assert.Contains("ermission denied", Support.Minirun.Run("run", "-u", "ann", _rootfs.Path, "touch", "/etc/passwd").Exits(1).Error);

    [Fact]
    public void The_root_file_systems_passwd_may_link_anywhere_and_nothing_outside_is_read()
    {
        _rootfs.Link("/etc/passwd", "/../../../../../../../../etc/passwd");
        Support.Minirun.Run("run", "-u", "daemon", _rootfs.Path, "true").Fails(125, "daemon");
    }

    [Theory]
    [InlineData("-w", "/home")]
    [InlineData("--workdir", "/not/yet/there")]
    [InlineData("--workdir=/tmp/ä b")]
    public void The_working_directory_is_as_asked_and_made_when_missing(params string[] flag) =>
        Assert.Equal(flag[^1].Replace("--workdir=", ""),
            Support.Minirun.Run(["run", .. flag, _rootfs.Path, "/probe", "cwd"]).Succeeds().Lines[0]);

    [Fact]
    public void The_working_directory_is_the_root_by_default() =>
        Assert.Equal("/", Container.Run([], "/probe", "cwd").Succeeds().Lines[0]);

    [Fact]
    public void A_relative_working_directory_is_refused() =>
        Container.Run(["-w", "home"], "true").Fails(125, "--workdir home", "absolute");

    [Fact]
    public void A_working_directory_that_is_a_file_is_named() =>
        Container.Run(["-w", "/bin/busybox"], "true").Fails(125, "/bin/busybox");

    public void Dispose() => _rootfs.Dispose();

    private string[] Ids(
        params string[] options) => [
            .. Support.Minirun.Run(["run", .. options, _rootfs.Path, "/probe", "id"])
                .Succeeds().Lines.Select(line => line[(line.IndexOf(':') + 1)..].Trim())];
}
