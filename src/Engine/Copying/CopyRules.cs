using Minirun.Linux;

namespace Minirun.Engine.Copying;

/// <summary>What a copy has of the original besides its contents.</summary>
public sealed record CopyRules
{
    /// <summary>Who owns the copy of a file of this owner and group; null: who makes it.</summary>
    public Func<uint, uint, (uint Uid, uint Gid)>? Owner { get; init; }

    /// <summary>That is the same owner in other numbers: then a set-user-ID bit means the same.</summary>
    public bool OwnerIsKept { get; init; }

    /// <summary>Who may not give files away keeps them, and that is no error.</summary>
    public bool OwnerMayFail { get; init; }

    /// <summary>Which devices are copied; null: all.</summary>
    public Func<statx, bool>? Device { get; init; }

    /// <summary>
    /// What the kernel shows as files (procfs, sysfs, …) is copied as well. Of a container it is not its own, and is left out.
    /// </summary>
    public bool KernelFilesToo { get; init; }

    /// <summary>A device that may not be made is left out.</summary>
    public bool DeviceMayFail { get; init; }
}
