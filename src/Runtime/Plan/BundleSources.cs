using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The sources of a bundle's bind mounts that must be opened before fork-news is the container's root: those whose ids are mapped, which needs
/// rights over the file system, and all when it becomes another user, who may not reach them.
/// </summary>
internal sealed class BundleSources(ContainerSpec spec, Host host, ContainerPlan plan)
{
    public void Add(bool changesUser)
    {
        for (int i = 0; i < spec.Oci.Mounts.Count; i++)
        {
            OciMount mount = spec.Oci.Mounts[i];
            MountOptions options = MountOptions.Parse(mount.Options);
            if (!(options.IsBind || mount.Type == "bind") || options.IsRemount || mount.Source is not { Length: > 0 }) continue;
            bool mapped = options.IsIdMapped || mount.UidMappings is not null || mount.GidMappings is not null;
            if (mapped) AddMapped(mount, i, options);
            else if (changesUser && BundleMounts.OwnTree(spec, BundleMounts.Source(spec, host, mount.Source)) is null) AddPlain(mount, i, options);
        }
    }

    private void AddPlain(OciMount mount, int index, MountOptions options)
    {
        MountSource source = new() { Path = BundleMounts.Source(spec, host, mount.Source!), Index = index, NoFollow = options.SourceNoFollow };
        (plan.Sources ??= [])[index] = source;
        plan.Add(new()
        {
            Name = "source:" + mount.Destination.TrimStart('/'),
            Step = LaunchStep.OpenSource,
            Path = source.Path,
            Place = $"mounts[{index}].source",
            Source = source,
            Why = "the source of a mount is opened while we are still who may reach it",
        });
    }

    private void AddMapped(OciMount mount, int index, MountOptions options)
    {
        MountSource source = new()
        {
            Path = BundleMounts.Source(spec, host, mount.Source!),
            Index = index,
            Recursive = options.Recursive,
            NoFollow = options.SourceNoFollow,
            Detached = true,
            Uids = mount.UidMappings ?? spec.Oci.Linux.UidMappings ?? [],
            Gids = mount.GidMappings ?? spec.Oci.Linux.GidMappings ?? [],
            UserNamespace = mount.UidMappings is null && mount.GidMappings is null ? JoinedUserNamespace() : null,
            MapsTree = options.IdMapRecursive,
        };
        if (source.UserNamespace is null && (source.Uids.Count == 0 || source.Gids.Count == 0))
            throw new UserError($"mounts[{index}].uidMappings: id-mapped mounts must have both uid and gid mappings specified", "give uidMappings and gidMappings; a container with a user namespace of its own may leave both away");
        (plan.Sources ??= [])[index] = source;
        plan.Add(new()
        {
            Name = "idmap:" + mount.Destination.TrimStart('/'),
            Step = LaunchStep.MapSource,
            Path = source.Path,
            Place = $"mounts[{index}].source",
            Source = source,
            Why = "a clone of the mount in which files belong to other ids (mount_setattr(2), MOUNT_ATTR_IDMAP); only who owns the file system may make it",
        });
    }

    private string? JoinedUserNamespace()
    {
        foreach (JoinedNamespace each in spec.Joined)
            if (each.Flag == sched.CLONE_NEWUSER) return each.Path;
        return null;
    }
}
