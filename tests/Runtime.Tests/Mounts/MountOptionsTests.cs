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
    [InlineData("rro", true)]
    [InlineData("rslave", true)]
    [InlineData("ro", false)]
    public void An_r_in_front_means_the_whole_tree(string options, bool recursive) => Assert.Equal(recursive, Parse(options).AttributesRecursive);

    [Fact]
    public void The_rest_is_for_the_file_system() => Assert.Equal("mode=755\0size=1m\0", Parse("nosuid,mode=755,ro,size=1m").Data);

    private static MountOptions Parse(string options) => MountOptions.Parse([.. options.Split(',')]);
}
