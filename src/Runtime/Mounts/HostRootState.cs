namespace Minirun.Runtime.Mounts;

/// <summary>The root mount of a container without a mount namespace of its own, as its state file keeps it.</summary>
public sealed class HostRootState
{
    /// <summary>The number of the mount, which the kernel gives to no other from Linux 6.8 on (STATX_MNT_ID_UNIQUE).</summary>
    public ulong Mount { get; set; }

    /// <summary>The inode number of the directory that is mounted: older kernels give the number of a mount again.</summary>
    public ulong Inode { get; set; }
}
