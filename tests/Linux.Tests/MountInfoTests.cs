using Xunit;

namespace Minirun.Linux.Tests;

public sealed class MountInfoTests
{
    [Theory]
    [InlineData("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue", "/mnt1", "/mnt2", "rw,noatime", "ext3",
        "rw,errors=continue", "/dev/root", "master:1")]
    [InlineData("24 1 0:22 / /sys/fs/cgroup ro shared:3 master:2 - cgroup2 cgroup2 rw,favordynmods", "/", "/sys/fs/cgroup", "ro", "cgroup2",
        "rw,favordynmods", "cgroup2", "shared:3 master:2")]
    [InlineData("25 1 0:23 / /with\\040space\\011tab\\134slash rw - tmpfs - rw", "/", "/with space\ttab\\slash", "rw", "tmpfs", "rw", "-")]
    [InlineData("26 1 0:24 / /- rw - fuse.x - rw,user_id=0", "/", "/-", "rw", "fuse.x", "rw,user_id=0", "-")]
    public void A_line_is_read_whatever_optional_fields_it_has(string line, string root, string path, string options, string type,
        string superOptions, string source,
        string propagation = "") =>
        Assert.Equal(
            [new MountInfo(root, path, options, type, superOptions, source) { Id = line.Split(' ')[0], Propagation = propagation }],
            MountInfo.Parse(line + "\n"));

    private const string Covered = """
        20 1 8:1 / / rw - ext4 /dev/sda1 rw
        21 20 0:20 / /sys rw - sysfs sysfs rw
        22 21 0:21 / /sys/fs/cgroup rw - cgroup2 first rw
        23 20 0:22 / /a rw - tmpfs below rw
        24 23 0:23 / /a/b rw - tmpfs hidden rw
        25 20 0:24 / /a\040b rw - tmpfs other rw
        30 22 0:30 / /sys/fs/cgroup rw - tmpfs second rw
        31 30 0:31 / /sys/fs/cgroup/memory rw - cgroup third rw,memory
        32 23 0:32 / /a rw - tmpfs above rw
        33 32 0:33 / /a/b rw - tmpfs shown rw
        40 20 0:40 / / rw - tmpfs over-the-root rw
        """;

    /// <summary>
    /// By a later mount on the same place, or on one above it; by one that is mounted on ourselves we are not, as a path starts below that.
    /// </summary>
    [Fact]
    public void A_mount_that_no_path_leads_to_is_left_out()
    {
        Assert.Equal(["/dev/sda1", "sysfs", "other", "second", "third", "above", "shown"],
            MountInfo.Parse(Covered).Select(mount => mount.Source));
        Assert.Equal(["third"], MountInfo.Parse(Covered, " - cgroup").Select(mount => mount.Source));
    }

    /// <summary>After chroot(2) the root is no mount of the list, and what lies on it has a parent that is not there.</summary>
    [Fact]
    public void Where_the_root_is_no_mount_the_same_holds() =>
        Assert.Equal(["second", "third", "above", "shown"],
            MountInfo.Parse(
                string.Join('\n',
                    Covered.Split('\n')
                        .Where(line => !line.StartsWith("2", StringComparison.Ordinal) || line.StartsWith("22") || line.StartsWith("23"))))
                .Select(mount => mount.Source).Where(source => source is not "over-the-root"));

    [Fact]
    public void The_own_mounts_have_a_proc() => Assert.Contains(MountInfo.Read(), mount => mount is { Path: "/proc", Type: "proc" });
}
