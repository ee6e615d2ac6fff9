using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>statfs(2) and magic numbers of &lt;linux/magic.h&gt;.</summary>
public static unsafe partial class sys_vfs
{
    public const long PROC_SUPER_MAGIC = 0x9fa0;
    public const long SYSFS_MAGIC = 0x62656572;
    public const long TMPFS_MAGIC = 0x01021994;
    public const long OVERLAYFS_SUPER_MAGIC = 0x794c7630;
    public const long SELINUX_MAGIC = 0xf97cff8c;
    public const long CGROUP_SUPER_MAGIC = 0x27e0eb;
    public const long RDTGROUP_SUPER_MAGIC = 0x7655821;
    public const long CGROUP2_SUPER_MAGIC = 0x63677270;
    public const long PIPEFS_MAGIC = 0x50495045;
    public const long DEVPTS_SUPER_MAGIC = 0x1cd1;
    public const long DEBUGFS_MAGIC = 0x64626720;
    public const long TRACEFS_MAGIC = 0x74726163;
    public const long SECURITYFS_MAGIC = 0x73636673;
    public const long SMACK_MAGIC = 0x43415d53;
    public const long BPF_FS_MAGIC = 0xcafe4a11;
    public const long EFIVARFS_MAGIC = 0xde5e81e4;
    public const long PSTOREFS_MAGIC = 0x6165676c;
    public const long BINFMTFS_MAGIC = 0x42494e4d;
    public const long NSFS_MAGIC = 0x6e736673;
    public const long ST_RDONLY = 1;
    public const long ST_NOEXEC = 8;

    [LibraryImport("libc", EntryPoint = "statfs",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int statfs_(string path, statfs* buffer);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int fstatfs_(int fd, statfs* buffer);
}

/// <summary>struct statfs of &lt;sys/vfs.h&gt; (x86-64).</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
public struct statfs
{
    public long f_type;
    public long f_bsize;
    public ulong f_blocks;
    public ulong f_bfree;
    public ulong f_bavail;
    public ulong f_files;
    public ulong f_ffree;
    public long f_fsid;
    public long f_namelen;
    public long f_frsize;
    public long f_flags;
}
