using Minirun.Runtime.Request;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

/// <summary>-u, against the root file system's own passwd and group. Case T2: no text may end as root by a lenient parser.</summary>
public sealed class ContainerUserTests
{
    private const string Passwd =
        "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/var/www:/bin/false\nada:x:1000:1000::/home/ada:/bin/sh\n";
    private const string Groups = "root:x:0:\ntty:x:5:\nvideo:x:44:ada\naudio:x:29:ada,www\nada:x:1000:\n";

    // Every trick in one passwd: names that are digits or look like numbers, ids that overflow or carry signs, short and long lines.
    private const string HostilePasswd =
        "1000:x:0:0::/:/bin/sh\n0x0:x:0:0::/:/bin/sh\n-1:x:0:0::/:/bin/sh\n1000abc:x:0:0::/:/bin/sh\n 7:x:0:0::/:/bin/sh\n"
        + "4294967295:x:0:0::/:/bin/sh\n+5:x:0:0::/:/bin/sh\n:x:0:0::/:/bin/sh\nshort:x:0\nlong:x:0:0::/:/bin/sh:extra\n"
        + "big:x:4294967296:0::/:/bin/sh\nminus:x:-1:0::/:/bin/sh\nhex:x:0x0:0::/:/bin/sh\nempty:x::0::/:/bin/sh\n"
        + "space:x: 0:0::/:/bin/sh\nlast:x:4294967295:0::/:/bin/sh\ngid:x:5:4294967296::/:/bin/sh\n";

    private const string HostileGroups = "44:x:0:\n-1:x:0:\n0x0:x:0:\nbig:x:4294967296:\nshort:x\n";

    [Theory]
    [InlineData("0", 0u, 0u, "/root")]
    [InlineData("root", 0u, 0u, "/root")]
    [InlineData("33", 33u, 33u, "/var/www")]
    [InlineData("www", 33u, 33u, "/var/www")]
    [InlineData("ada", 1000u, 1000u, "/home/ada")]
    [InlineData("ada:video", 1000u, 44u, "/home/ada")]
    [InlineData("ada:5", 1000u, 5u, "/home/ada")]
    [InlineData("7", 7u, 0u, "/")]               // nobody's number: docker gives group 0
    [InlineData("7:8", 7u, 8u, "/")]
    [InlineData("4294967294", 4294967294u, 0u, "/")]
    public void A_name_or_number_is_found(string text, uint uid, uint gid, string home)
    {
        ContainerUser user = ContainerUser.Parse(text, [], Passwd, Groups);
        Assert.Equal((uid, gid, home), (user.Uid, user.Gid, user.Home));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("1000:")]
    [InlineData(":5")]
    [InlineData("1000:5:6")]
    [InlineData("0x0")]
    [InlineData("-1")]
    [InlineData("+0")]
    [InlineData("1000abc")]
    [InlineData(" 7")]
    [InlineData("7 ")]
    [InlineData("\t0")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData("1_000")]
    [InlineData("٣")]                            // a digit, but not of ASCII
    [InlineData("nobody")]
    [InlineData("Root")]
    [InlineData("0:0x0")]
    [InlineData("0:-1")]
    [InlineData("0: 5")]
    [InlineData("0:4294967295")]
    [InlineData("ada:nogroup")]
    public void What_is_neither_is_refused(string text)
    {
        Refuses.With(() => ContainerUser.Parse(text, [], Passwd, Groups));
        Refuses.With(() => ContainerUser.Parse(text, [], HostilePasswd, HostileGroups));
    }

    [Theory]
    [InlineData("big")]
    [InlineData("minus")]
    [InlineData("hex")]
    [InlineData("empty")]
    [InlineData("space")]
    [InlineData("last")]
    [InlineData("gid")]
    [InlineData("short")]
    [InlineData("long")]
    public void A_line_that_is_no_proper_entry_gives_no_user(string name) =>
        Refuses.With(() => ContainerUser.Parse(name, [], HostilePasswd, HostileGroups));

    [Fact]
    public void Digits_are_a_number_even_when_a_user_has_them_as_a_name() =>   // CVE-2016-3697
        Assert.Equal(1000u, ContainerUser.Parse("1000", [], HostilePasswd, "").Uid);

    [Fact]
    public void Digits_are_a_group_number_even_when_a_group_has_them_as_a_name() =>
        Assert.Equal(44u, ContainerUser.Parse("7:44", [], HostilePasswd, HostileGroups).Gid);

    [Fact]
    public void The_groups_that_list_the_user_count() => Assert.Equal([44u, 29u], ContainerUser.Parse("ada", [], Passwd, Groups).Groups);

    [Fact]
    public void A_named_group_stands_alone() => Assert.Empty(ContainerUser.Parse("ada:ada", [], Passwd, Groups).Groups!);

    [Fact]
    public void Added_groups_come_on_top_and_each_once() =>
        Assert.Equal([44u, 29u, 5u, 77u], ContainerUser.Parse("ada", ["tty", "44", "77"], Passwd, Groups).Groups);

    [Theory]
    [InlineData("nogroup")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("0x5")]
    public void An_added_group_is_parsed_as_strictly(string group) =>
        Refuses.With(() => ContainerUser.Parse("ada", [group], Passwd, Groups));

    [Fact]
    public void Without_passwd_a_number_is_enough() => Assert.Equal(5u, ContainerUser.Parse("5", [], "", "").Uid);
}
