using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>The network of another container, or one that is there, takes from no container the user namespace that it asked for.</summary>
public sealed class SharedNetworkTests : IDisposable
{
    private const string Look = "cat /proc/self/uid_map /proc/self/gid_map; readlink /proc/self/ns/user; readlink /proc/self/ns/net";
    private const string Mapped = "0:100000:65536", Other = "0:200000:65536";

    private static readonly string?[] s_asked = [null, "auto", "host", "single", "keep-id", Mapped, Other];

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.Root)]
    [InlineData(null)]
    [InlineData("host")]
    [InlineData("single")]
    [InlineData(Mapped)]
    public void Root_gets_the_ids_that_were_asked_for_on_the_network_of_another(string? theirs)
    {
        _root.Detached(["--name", "web", "--net", "none", .. UserNs(theirs)], "sleep", "1000");
        Facts web = Of(_root.Run("exec", "web", "sh", "-c", Look));
        string host = Kernel("user");
        foreach (string? asked in s_asked)
        {
            Facts seen = Inside("--net", "container:web", asked);
            Facts wanted = asked is null && theirs is not (null or "host") ? web : Inside("--net", "none", asked);
            Assert.Equal((asked, wanted.Map), (asked, seen.Map));
            Assert.Equal(web.Net, seen.Net);
            // Powers over that network are for who has the same ids; nobody is in the host's user namespace unasked.
            Assert.Equal(asked == "host", seen.User == host);
            Assert.Equal(seen.Map == web.Map && (theirs == "host") == (asked == "host"), seen.User == web.User);
        }
    }

    [TheoryRequires(Need.Root)]
    [InlineData("host")]
    [InlineData("ns:/proc/self/ns/net")]
    [InlineData("none")]
    public void And_on_every_other_network(string mode)
    {
        foreach (string? asked in s_asked)
            Assert.Equal((asked, Inside("--net", "none", asked).Map), (asked, Inside("--net", mode, asked).Map));
    }

    /// <summary>Its end ends all that is in the user namespace made for it, and this one was made for the other.</summary>
    [Theory]
    [InlineData("--pid", "host")]
    [InlineData("--pid", "host", "--init")]
    [InlineData]
    public void The_end_of_who_shares_a_network_leaves_the_other_alone(params string[] flags)
    {
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        string pid = _root.Inspect("web", ".State.Pid");
        _root.Run(["run", "-l", "a=b", "--rm", "--net", "container:web", .. flags, Rootfs.Busybox, "true"]).Succeeds();
        _root.Detached(["--name", "other", "--net", "container:web", .. flags], "sleep", "1000");
        _root.Run("stop", "-t", "0", "other").Succeeds();
        _root.Run("start", "other").Succeeds();
        _root.Run("rm", "-f", "other").Succeeds();
        Assert.Equal(pid, _root.Inspect("web", ".State.Pid"));
    }

    [Requires(Need.User | Need.SubordinateIds)]
    public void A_user_hears_that_other_ids_cannot_be_had()
    {
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        Facts web = Of(_root.Run("exec", "web", "sh", "-c", Look));
        Assert.Equal(web, Inside("--net", "container:web", null));
        Assert.Equal(web, Inside("--net", "container:web", "auto"));
        foreach (string asked in (string[])["single", "keep-id", "host"])
            Join(asked, "--net", "container:web").Fails(125, "--userns", "container web", "drop --userns");
    }

    [Requires(Need.Root)]
    public void A_network_that_is_shared_on_can_be_shared_with_ids_of_ones_own()
    {
        _root.Detached(["--name", "first", "--net", "none"], "sleep", "1000");
        _root.Detached(["--name", "second", "--net", "container:first", "--userns", Mapped], "sleep", "1000");
        Facts second = Of(_root.Run("exec", "second", "sh", "-c", Look));
        Assert.Equal(second, Inside("--net", "container:second", null));
    }

    [Requires(Need.Root)]
    public void Another_container_of_that_name_with_other_ids_is_not_shared_at_the_next_start()
    {
        _root.Detached(["--name", "web", "--net", "none", "--userns", Mapped], "sleep", "1000");
        _root.Run("create", "--name", "side", "--net", "container:web", "--userns", Mapped, Rootfs.Busybox, "sleep", "1000").Succeeds();
        _root.Run("rm", "-f", "web").Succeeds();
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        _root.Run("start", "side").Fails(125, "the user ids of container web are 0:0:4294967295", Mapped);
    }

    /// <summary>Its devices, and not the host's.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--privileged -m 50m")]
    [InlineData("--cap-add SYS_ADMIN")]
    public void The_sysfs_is_that_of_the_network(string flags)
    {
        string[] more = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        _root.Detached(["--name", "side", "--net", "container:web", "--userns", Mapped], "sleep", "1000");
        string path = $"ns:/proc/{_root.Inspect("web", ".State.Pid")}/ns/net";
        foreach (string network in (string[])["container:web", "container:side", path])
            foreach (string? asked in (string?[])[null, "single", Mapped, Other])
            {
                string[] options = ["--net", network, .. UserNs(asked), .. more];
                Result result = _root.Run(["run", "--rm", .. options, Rootfs.Busybox, "sh", "-c", Interfaces]);
                Assert.Equal((network, asked, "lo\n"), (network, asked, result.Exits(0).Out));
            }
    }

    [Requires(Need.Root | Need.Runc)]
    public void Another_runtime_shows_no_sysfs_where_it_may_not_mount_that_of_the_network()
    {
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        string[] run = ["run", "--rm", "--runtime", "runc", "--net", "container:web", "--userns", Mapped, Rootfs.Busybox];
        Assert.Equal("", _root.Run([.. run, "sh", "-c", "find /sys -mindepth 1 ! -path '/sys/fs*'"]).Exits(0).Out);
    }

    [Requires(Need.Root)]
    public void On_the_hosts_network_it_is_the_hosts()
    {
        _root.Detached(["--name", "web", "--net", "host"], "sleep", "1000");
        string[] host = Directory.GetFileSystemEntries("/sys/class/net").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray()!;
        Assert.Equal(string.Join(' ', host) + "\n",
            _root.Run("run", "--rm", "--net", "container:web", "--userns", Mapped, Rootfs.Busybox, "sh", "-c", Interfaces).Exits(0).Out);
    }

    private const string Interfaces = "cd /sys/class/net && LC_ALL=C echo *";

    [Theory]
    [InlineData("--dns", "192.0.2.1")]
    [InlineData("--dns-search", "example.org")]
    [InlineData("--dns-option", "ndots:1")]
    [InlineData("--add-host", "db:192.0.2.1")]
    [InlineData("--network-alias", "db")]
    public void Names_that_it_would_not_have_are_an_error(string flag, string value)
    {
        _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000");
        Result result = _root.Run("run", "--rm", "--net", "container:web", flag, value, Rootfs.Busybox, "true");
        result.Fails(125, flag, "not with --net container:web");
    }

    private Facts Inside(string flag, string mode, string? asked) => Of(Join(asked, flag, mode));

    private Result Join(string? asked, params string[] options) =>
        _root.Run(["run", "--rm", "-l", "way=monitor", .. options, .. UserNs(asked), Rootfs.Busybox, "sh", "-c", Look]);

    private static string[] UserNs(string? asked) => asked is null ? [] : ["--userns", asked];

    private static Facts Of(Result result)
    {
        string[] lines = result.Exits(0).Lines;
        return new(string.Join('\n', lines[..^2]), lines[^2], lines[^1]);
    }

    private static string Kernel(string kind) => Support.Minirun.Other("readlink", "/proc/self/ns/" + kind).Succeeds().Lines[0];

    private sealed record Facts(string Map, string User, string Net);
}
