using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>What a container's cgroup is made from.</summary>
/// <param name="Id">The container's id.</param>
/// <param name="CgroupsPath">linux.cgroupsPath: absolute, relative, or for systemd slice:prefix:name.</param>
/// <param name="Driver">Who makes it.</param>
/// <param name="Resources">linux.resources.</param>
/// <param name="InUserNamespace">Rootless: a cgroup that cannot be made is no error where no limit was asked for, nor are device
/// rules.</param>
/// <param name="Required">A limit or the path was asked for.</param>
/// <param name="Devices">linux.devices. They are made, but may be used only where linux.resources.devices allows it, as with runc.</param>
/// <param name="OwnerUid">Who may make cgroups below it; null: nobody but us.</param>
public sealed record CgroupRequest(string Id, string? CgroupsPath, CgroupDriver Driver, OciResources? Resources, bool InUserNamespace,
    bool Required,
    IReadOnlyList<OciDevice>? Devices, uint? OwnerUid)
{
    /// <summary>Nothing but limits: no rules for devices that were not asked for. Else the container is a bundle's.</summary>
    public bool OnlyLimits { get; init; }

    /// <summary>
    /// The container may mount, and could show itself the host's cgroups of each hierarchy where it has none of its own: one that cannot
    /// be made is an error.
    /// </summary>
    public bool InEvery { get; init; }

    /// <summary>
    /// Is told of the container's cgroups that are about to be made, with true, and of one that another was faster with, with false.
    /// </summary>
    public Action<IReadOnlyCollection<string>, bool>? Intends { get; init; }

    /// <summary>Says something to the user that is no error.</summary>
    public Action<string>? Warn { get; init; }
}
