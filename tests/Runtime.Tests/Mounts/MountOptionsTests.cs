using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Xunit;

namespace Minirun.Runtime.Tests.Mounts;

public sealed class MountOptionsTests
{
    [Theory]
    [InlineData("ro", sys_mount.MOUNT_ATTR_RDONLY, 0L)]
    [InlineData("rw", 0L, sys_mount.MOUNT_ATTR_RDONLY)]
    [InlineData("ro,rw", 0L, sys_mount.MOUNT_ATTR_RDONLY)]                     // the later wins
    [InlineData("noexec,exec", 0L, sys_mount.MOUNT_ATTR_NOEXEC)]
    [InlineData("exec,noexec", sys_mount.MOUNT_ATTR_NOEXEC, 0L)]
    [InlineData("nosuid,nodev", sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV, 0L)]
    [InlineData("defaults", 0L, 0L)]
    [InlineData("noatime", sys_mount.MOUNT_ATTR_NOATIME, sys_mount.MOUNT_ATTR__ATIME)]
    [InlineData("noatime,relatime", 0L, sys_mount.MOUNT_ATTR__ATIME)]
    [InlineData("strictatime,noatime", sys_mount.MOUNT_ATTR_NOATIME, sys_mount.MOUNT_ATTR__ATIME)]
    [InlineData("nodiratime,diratime", 0L, sys_mount.MOUNT_ATTR_NODIRATIME)]
    [InlineData("nosymfollow", sys_mount.MOUNT_ATTR_NOSYMFOLLOW, 0L)]
    public void Attributes_are_set_and_cleared(string options, long set, long clear)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((set, clear, ""), (parsed.Set, parsed.Clear, parsed.Data));
    }

    [Theory]
    [InlineData("private", sys_mount.MS_PRIVATE)]
    [InlineData("rslave", sys_mount.MS_SLAVE)]
    [InlineData("slave", sys_mount.MS_SLAVE)]
    [InlineData("shared,rshared", sys_mount.MS_SHARED)]
    [InlineData("ro", 0)]
    public void Propagation_is_read(string options, long propagation) => Assert.Equal(propagation, Parse(options).Propagation);

    [Theory]
    [InlineData("bind", true, false)]
    [InlineData("rbind", true, true)]
    [InlineData("ro", false, false)]
    public void Binds_are_told(string options, bool bind, bool recursive)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((bind, recursive), (parsed.IsBind, parsed.Recursive));
    }

    [Theory]
    [InlineData("rro", sys_mount.MOUNT_ATTR_RDONLY, 0L)]
    [InlineData("rrw", 0L, sys_mount.MOUNT_ATTR_RDONLY)]
    [InlineData("rnosuid,rsuid", 0L, sys_mount.MOUNT_ATTR_NOSUID)]
    [InlineData("rnodev,rnoexec", sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC, 0L)]
    [InlineData("rnoatime", sys_mount.MOUNT_ATTR_NOATIME, sys_mount.MOUNT_ATTR__ATIME)]
    [InlineData("ratime", 0L, sys_mount.MOUNT_ATTR__ATIME)]
    [InlineData("rnosymfollow", sys_mount.MOUNT_ATTR_NOSYMFOLLOW, 0L)]
    [InlineData("ro", 0L, 0L)]
    public void An_r_in_front_means_the_whole_tree(string options, long set, long clear)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((set, clear), (parsed.TreeSet, parsed.TreeClear));
    }

    [Theory]
    [InlineData("rslave", true)]
    [InlineData("rprivate", true)]
    [InlineData("slave", false)]
    [InlineData("rro,slave", false)]
    public void Propagation_goes_to_the_tree_by_itself(string options, bool recursive) =>
        Assert.Equal(recursive, Parse(options).PropagationRecursive);

    [Fact]
    public void Words_for_the_super_block_are_kept_apart()
    {
        MountOptions parsed = Parse("sync,mode=1,lazytime");
        Assert.Equal(("sync\0lazytime\0", "mode=1\0"), (parsed.SuperBlock, parsed.Data));
    }

    [Theory]
    [InlineData("idmap", true, false)]
    [InlineData("ridmap", true, true)]
    [InlineData("rbind", false, false)]
    public void Id_maps_are_told(string options, bool mapped, bool recursive)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((mapped, recursive), (parsed.IsIdMapped, parsed.IdMapRecursive));
    }

    [Fact]
    public void Every_name_is_known_once_and_none_goes_to_the_file_system()
    {
        Assert.Equal(MountOptions.Names.Distinct(), MountOptions.Names);
        Assert.All(MountOptions.Names, name => Assert.Equal("", Parse(name).Data));
        Assert.Superset(
            new HashSet<string> { "bind", "rbind", "ro", "rro", "rw", "tmpcopyup", "idmap", "ridmap", "rslave", "unbindable", "ratime",
                "nosymfollow" },
            MountOptions.Names.ToHashSet());
    }

    [Fact]
    public void The_rest_is_for_the_file_system() => Assert.Equal("mode=755\0size=1m\0", Parse("nosuid,mode=755,ro,size=1m").Data);

    private static MountOptions Parse(string options) => MountOptions.Parse([.. options.Split(',')]);
}
