using Xunit;

namespace Minirun.Linux.Tests;

public sealed class MountInfoTests
{
    [Theory]
    [InlineData("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue", "/mnt1", "/mnt2", "rw,noatime", "ext3", "rw,errors=continue", "/dev/root")]
    [InlineData("24 1 0:22 / /sys/fs/cgroup ro shared:3 master:2 - cgroup2 cgroup2 rw,favordynmods", "/", "/sys/fs/cgroup", "ro", "cgroup2", "rw,favordynmods", "cgroup2")]
    [InlineData("25 1 0:23 / /with\\040space\\011tab\\134slash rw - tmpfs - rw", "/", "/with space\ttab\\slash", "rw", "tmpfs", "rw", "-")]
    [InlineData("26 1 0:24 / /- rw - fuse.x - rw,user_id=0", "/", "/-", "rw", "fuse.x", "rw,user_id=0", "-")]
    public void A_line_is_read_whatever_optional_fields_it_has(string line, string root, string path, string options, string type, string superOptions, string source) =>
        Assert.Equal([new MountInfo(root, path, options, type, superOptions, source)], MountInfo.Parse(line + "\n"));

    [Fact]
    public void The_own_mounts_have_a_proc() => Assert.Contains(MountInfo.Read(), mount => mount is { Path: "/proc", Type: "proc" });
}
