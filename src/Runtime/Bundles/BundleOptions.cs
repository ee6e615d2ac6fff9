namespace Minirun.Runtime.Bundles;

/// <summary>What the command line of an OCI runtime says beside the document.</summary>
public sealed record BundleOptions
{
    /// <summary>MS_MOVE and chroot take the place of pivot_root: for a root file system on the initial ramdisk.</summary>
    public bool NoPivot { get; init; }

    /// <summary>The caller's session keyring is kept.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>Descriptors from 3 on that the process gets.</summary>
    public int PreserveFds { get; init; }

    /// <summary>The command that makes the container stays until its end, and passes on what it writes.</summary>
    public bool IsForeground { get; init; }

    /// <summary>The container goes into a cgroup of its own, so a new cgroup namespace is made once it is there.</summary>
    public bool HasCgroup { get; init; }
}
