using Minirun.Runtime.Cgroups;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class HierarchiesTests
{
    private const string Hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:4 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
        """;

    private const string Own = "4:memory:/user/a\n2:cpu,cpuacct:/\n1:name=systemd:/user.slice\n0::/user.slice/b\n";

    [Fact]
    public void A_hybrid_has_both_versions()
    {
        Hierarchies found = Hierarchies.Parse(Hybrid, Own);
        Assert.False(found.IsUnified);
        Assert.Equal(new Hierarchy("/sys/fs/cgroup/unified", "/user.slice/b"), found.Unified);
        Assert.Equal(["cpu", "cpuacct", "memory", "name=systemd"], found.Old.Keys.Order());
        Assert.Equal(new Hierarchy("/sys/fs/cgroup/memory", "/user/a"), found.Old["memory"]);
        Assert.Equal(found.Old["cpu"], found.Old["cpuacct"]);
    }

    [Fact]
    public void Version_2_alone_is_unified() =>
        Assert.True(Hierarchies.Parse("26 23 0:24 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/a\n").IsUnified);

    /// <summary>podman, docker and ctr where somebody has mounted version 1 over version 2: pause found no cgroup.</summary>
    [Fact]
    public void Version_2_under_a_later_mount_is_not_there()
    {
        Hierarchies found = Hierarchies.Parse(
            "26 23 0:24 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n30 26 0:30 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n31 30 0:31 / "
                + "/sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n",
            "2:freezer:/\n0::/a\n");
        Assert.Null(found.Unified);
        Assert.Equal(["freezer"], found.Old.Keys);
    }

    [Fact]
    public void Hierarchies_have_any_controllers_and_any_name()
    {
        Hierarchies found = Hierarchies.Parse(
            "31 23 0:31 / /cg/a rw - cgroup cgroup rw,dmem,misc\n32 23 0:32 / /cg/b rw - cgroup cgroup "
                + "rw,xattr,release_agent=/x,name=elogind\n",
            "3:dmem,misc:/a\n2:name=elogind:/b\n1:name=other:/c\n");
        Assert.Equal(["dmem", "misc", "name=elogind"], found.Old.Keys);
        Assert.Equal(new Hierarchy("/cg/b", "/b"), found.Old["name=elogind"]);
    }

    [Theory]
    [InlineData("", "version 2, which is not mounted", "mount -t cgroup2 cgroup2 DIRECTORY")]
    [InlineData("9:freezer:/\n", "freezer, which is not mounted", "mount -t cgroup -o freezer cgroup DIRECTORY")]
    [InlineData("9:name=x:/\n", "name=x, which is not mounted", "mount -t cgroup -o none,name=x cgroup DIRECTORY")]
    public void One_that_we_are_in_and_that_is_not_mounted_is_told(string more, string text, string hint)
    {
        string mounts = more.Length > 0 ? Hybrid : Hybrid[..Hybrid.LastIndexOf('\n')];
        UserError error = Assert.Throws<UserError>(() => Hierarchies.Parse(mounts, Own + more).CheckMounted());
        Assert.Contains(text, error.Message);
        Assert.Contains(hint, error.Hint);
        Hierarchies.Parse(Hybrid, Own).CheckMounted();
    }

    [Fact]
    public void Nothing_mounted_is_nothing() =>
        Assert.Null(Hierarchies.Parse("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "").Unified);

    [Theory]
    [InlineData("/docker/x", "0::/docker/x/y\n", "/y")]
    [InlineData("/docker/x", "0::/docker/x\n", "/")]
    [InlineData("/docker/x", "0::/docker/xy\n", "/docker/xy")]
    [InlineData("/", "0::/../outside\n", "/")]
    public void A_container_sees_a_part_of_the_hierarchy(string mountRoot, string cgroup, string own) =>
        Assert.Equal(own, Hierarchies.Parse($"26 23 0:24 {mountRoot} /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", cgroup).Unified!.Own);
}
