using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The sources of bind mounts that must be opened before fork-news is the container's root: those whose ids are mapped, which needs
/// rights over the file system, and all when it becomes another user, who may not reach them.
/// </summary>
internal sealed class SourcePlan(ContainerSpec spec, Host host, ContainerPlan plan)
{
    private const ulong MakeNodes = 1UL << capability.CAP_MKNOD | 1UL << capability.CAP_SYS_ADMIN | 1UL << capability.CAP_CHOWN;

    public void Add(bool changesUser)
    {
        for (int i = 0; i < spec.Oci.Mounts.Count; i++)
        {
            OciMount mount = spec.Oci.Mounts[i];
            MountOptions options = MountOptions.Parse(mount.Options);
            if (!(options.IsBind || mount.Type == "bind") || options.IsRemount || mount.Source is not { Length: > 0 }) continue;
            if (SysTree.IsNeeded(spec, host, mount)) continue;
            bool mapped = options.IsIdMapped || mount.UidMappings is not null || mount.GidMappings is not null;
            if (mapped) AddMapped(mount, i, options);
            else if (changesUser && MountPaths.OwnTree(spec, MountPaths.Source(spec, mount.Source)) is null) AddPlain(mount, i, options);
        }
    }

    /// <summary>The host's /sys without the control groups in it, also for <c>minirun run</c>; or that of a joined network.</summary>
    public void AddSys()
    {
        for (int i = 0; i < spec.Oci.Mounts.Count; i++)
        {
            MountSource? joined = JoinedSysfs.SourceOf(spec, host, spec.Oci.Mounts[i], i);
            if ((joined ?? SysTree.SourceOf(spec, host, spec.Oci.Mounts[i], i)) is not { } source) continue;
            (plan.Sources ??= [])[i] = source;
            plan.Add(new MakeSourceStep
            {
                Name = "source:sys",
                Path = source.Path,
                Place = spec.Policy.NamesPlaces ? $"mounts[{i}].source" : null,
                Source = source,
                Why = joined is not null ? "the sysfs of the joined network: only a process with rights over that network may mount it"
                    : "a clone of /sys without the control groups that are mounted in it: "
                        + "CAP_SYS_ADMIN inside would take off what covers them",
            });
        }
    }

    /// <summary>The devices of linux.devices for a user namespace of the container's own, when we are who may make them.</summary>
    public void AddNodes()
    {
        if (!spec.Has(sched.CLONE_NEWUSER) || host.IsInUserNamespace || (host.Capabilities & MakeNodes) != MakeNodes) return;
        for (int i = 0; i < (spec.Oci.Linux.Devices?.Count ?? 0); i++)
        {
            OciDevice device = spec.Oci.Linux.Devices![i];
            string path = MountPaths.Clean(device.Path);
            if (device.Path.Length == 0 || path is "/" or "/dev/ptmx" || DeviceNode.From(device, spec.Oci.Linux) is not { } node) continue;
            MountSource source = new() { Path = path, Index = i, Detached = true, Node = node };
            (plan.Nodes ??= [])[i] = source;
            plan.Add(new MakeSourceStep
            {
                Name = "node:" + path[1..],
                Path = path,
                Place = $"linux.devices[{i}]",
                Source = source,
                Why = "nobody can make a device node in a user namespace (mknod(2)), so it is made outside of it and bound",
            });
        }
    }

    private void AddPlain(OciMount mount, int index, MountOptions options)
    {
        MountSource source = new() { Path = MountPaths.Source(spec, mount.Source!), Index = index, NoFollow = options.SourceNoFollow };
        (plan.Sources ??= [])[index] = source;
        plan.Add(new OpenSourceStep
        {
            Name = "source:" + mount.Destination.TrimStart('/'),
            Path = source.Path,
            Place = $"mounts[{index}].source",
            Source = source,
            Why = "the source of a mount is opened while we are still who may reach it",
        });
    }

    private void AddMapped(OciMount mount, int index, MountOptions options)
    {
        string path = MountPaths.Source(spec, mount.Source!);
        bool later = MountPaths.OwnTree(spec, path) is not null;
        MountSource source = new()
        {
            Path = path,
            Index = index,
            Recursive = options.Recursive,
            NoFollow = options.SourceNoFollow,
            Detached = !later,
            MapsLater = later,
            Uids = mount.UidMappings ?? spec.Oci.Linux.UidMappings ?? [],
            Gids = mount.GidMappings ?? spec.Oci.Linux.GidMappings ?? [],
            UserNamespace = mount.UidMappings is null && mount.GidMappings is null ? JoinedUserNamespace() : null,
            MapsTree = options.IdMapRecursive,
        };
        if (source.UserNamespace is null && (source.Uids.Count == 0 || source.Gids.Count == 0))
            throw new UserError($"mounts[{index}].uidMappings: id-mapped mounts must have both uid and gid mappings specified",
                "give uidMappings and gidMappings; a container with a user namespace of its own may omit both");
        (plan.Sources ??= [])[index] = source;
        if (later) return;
        plan.Add(new MakeSourceStep
        {
            Name = "idmap:" + mount.Destination.TrimStart('/'),
            Path = source.Path,
            Place = $"mounts[{index}].source",
            Source = source,
            Why = "a clone of the mount in which files belong to other ids (mount_setattr(2), MOUNT_ATTR_IDMAP); only who owns the file "
                + "system may make it",
        });
    }

    private string? JoinedUserNamespace()
    {
        foreach (JoinedNamespace each in spec.Joined)
            if (each.Flag == sched.CLONE_NEWUSER) return each.Path;
        return null;
    }
}
