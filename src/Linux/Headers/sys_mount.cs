namespace Minirun.Linux;

/// <summary>Constants of &lt;sys/mount.h&gt; and &lt;linux/mount.h&gt;: mount(2), fsopen(2), open_tree(2), mount_setattr(2).</summary>
public static class sys_mount
{
    public const int MS_RDONLY = 1;
    public const int MS_NOSUID = 2;
    public const int MS_NODEV = 4;
    public const int MS_NOEXEC = 8;
    public const int MS_NOATIME = 1024;
    public const int MS_NODIRATIME = 2048;
    public const int MS_BIND = 4096;
    public const int MS_MOVE = 8192;
    public const int MS_REC = 16384;
    public const int MS_UNBINDABLE = 1 << 17;
    public const int MS_PRIVATE = 1 << 18;
    public const int MS_SLAVE = 1 << 19;
    public const int MS_SHARED = 1 << 20;
    public const int MS_RELATIME = 1 << 21;
    public const int MS_STRICTATIME = 1 << 24;
    public const int MS_NOSYMFOLLOW = 256;

    public const int MNT_DETACH = 2;

    public const int FSOPEN_CLOEXEC = 1;
    public const int FSMOUNT_CLOEXEC = 1;
    public const int FSCONFIG_SET_FLAG = 0;
    public const int FSCONFIG_SET_STRING = 1;
    public const int FSCONFIG_CMD_CREATE = 6;

    public const int OPEN_TREE_CLONE = 1;
    public const int OPEN_TREE_CLOEXEC = fcntl.O_CLOEXEC;
    public const int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    public const int MOVE_MOUNT_T_SYMLINKS = 0x10;
    public const int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public const int MOVE_MOUNT_SET_GROUP = 0x100;

    public const int MOUNT_ATTR_RDONLY = 0x01;
    public const int MOUNT_ATTR_NOSUID = 0x02;
    public const int MOUNT_ATTR_NODEV = 0x04;
    public const int MOUNT_ATTR_NOEXEC = 0x08;
    public const int MOUNT_ATTR__ATIME = 0x70;
    public const int MOUNT_ATTR_RELATIME = 0x00;
    public const int MOUNT_ATTR_NOATIME = 0x10;
    public const int MOUNT_ATTR_STRICTATIME = 0x20;
    public const int MOUNT_ATTR_NODIRATIME = 0x80;
    public const int MOUNT_ATTR_IDMAP = 0x100000;
    public const int MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    public const ulong LSMT_ROOT = ulong.MaxValue;
    public const int MNT_ID_REQ_SIZE_VER0 = 24;
}

/// <summary>struct mount_attr of &lt;linux/mount.h&gt;.</summary>
public struct mount_attr
{
    public ulong attr_set;
    public ulong attr_clr;
    public ulong propagation;
    public ulong userns_fd;
}
