using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// A mount of type cgroup: on version 2 the one hierarchy; on version 1 a tmpfs with one mount for each hierarchy that the container has a
/// cgroup of its own in. Of each it sees that directory; on version 2 with a new cgroup namespace a new mount, whose root that is. Never
/// its caller's: it could freeze, and move, whoever else is there. Without a cgroup of its own the place is empty.
/// </summary>
/// <param name="target">Where it goes, as the plan has it.</param>
/// <param name="flags">Of every operation.</param>
/// <param name="place">Of the mount in a bundle's document; null for <c>minirun run</c>, whose own it is: it is left out where it cannot be
/// had.</param>
internal sealed class CgroupMounts(ContainerSpec spec, Host host, ContainerPlan plan, string target, OpFlags flags, string? place)
{
    /// <summary>Where programs look for them.</summary>
    public const string Place = "/sys/fs/cgroup";

    private const string IfLeftOut = "programs inside do not find the limits of their container";
    private const long Safe = sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC;

    /// <summary>The root of one that is joined is another's cgroup.</summary>
    private bool HasNamespace => spec.Has(sched.CLONE_NEWCGROUP);

    private string? OwnUnified => spec.OwnCgroups?.GetValueOrDefault("");

    private OpFlags MayBeLeftOut => place is null ? OpFlags.Optional : OpFlags.None;

    /// <summary>Gives the tmpfs that is to be made read-only when all is made in it, if there is one.</summary>
    public FileSystemOp? Add(OciMount mount, string destination, MountOptions options)
    {
        if (!host.IsUnifiedCgroup || spec.OwnCgroups is { Count: 0 }) return AddHierarchies(destination, options);
        if (HasNamespace || Unified() is not { } hierarchy) AddUnified(mount, destination, options);
        // A new mount in the host's cgroup namespace would set the options of the host's own anew, and take nsdelegate away.
        else AddOwn(destination, null, hierarchy, options.Set | options.TreeSet, options, OwnUnified);
        return null;
    }

    /// <summary>
    /// The container's directory in a hierarchy; false where it has none. Null: it is not known yet, as systemd makes it.
    /// </summary>
    private bool HasOwn(MountInfo hierarchy, out string? directory)
    {
        directory = null;
        if (spec.OwnCgroups is not { } own) return true;
        foreach (string option in hierarchy.SuperOptions.Split(','))
            if (own.TryGetValue(hierarchy.Type == "cgroup2" ? "" : option, out directory)) return true;
        return false;
    }

    private MountInfo? Unified()
    {
        foreach (MountInfo mount in host.Mounts)
            if (mount.Type == "cgroup2") return mount;
        return null;
    }

    private void AddUnified(OciMount mount, string destination, MountOptions options) => plan.Add(new FileSystemOp
    {
        Name = destination[1..],
        Type = "cgroup2",
        Target = target,
        Options = options.Data.Length > 0 ? options.Data : null,
        // Without a cgroup namespace that is ours the kernel gives no new one (runc #2158).
        Fallback = OwnUnified,
        Shown = string.IsNullOrEmpty(mount.Source) ? "cgroup" : mount.Source,
        Change = new() { Set = options.Set | options.TreeSet, Propagation = MountPaths.OfNew(options.Propagation) },
        Flags = flags | MountPaths.Guard(destination) | MayBeLeftOut | (OwnUnified is null ? 0 : OpFlags.Fallback),
        Path = destination,
        Place = place,
        Why = "the control groups (cgroups(7)), version 2: the container sees its own",
        IfLeftOut = IfLeftOut,
    });

    private FileSystemOp? AddHierarchies(string destination, MountOptions options)
    {
        bool readOnly = (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0;
        long attributes = Safe | (readOnly ? sys_mount.MOUNT_ATTR_RDONLY : 0);
        FileSystemOp top = new()
        {
            Name = destination[1..],
            Type = "tmpfs",
            Target = target,
            Options = "mode=755\0",
            Change = new() { Set = Safe, Propagation = MountPaths.OfNew(options.Propagation) },
            Flags = flags | MountPaths.Guard(destination) | (readOnly ? OpFlags.KeepOpen : 0) | MayBeLeftOut,
            Path = destination,
            Place = place,
            Why = "the control groups (cgroups(7)), version 1: one directory for each hierarchy",
            IfLeftOut = IfLeftOut,
        };
        plan.Add(top);
        // All that it has, limits or not: the JVM looks for none when one is missing.
        List<string> seen = [];
        foreach (MountInfo hierarchy in host.Mounts)
        {
            if (hierarchy.Type != "cgroup" || !HasOwn(hierarchy, out string? own)) continue;
            string name = System.IO.Path.GetFileName(hierarchy.Path);
            if (seen.Contains(name)) continue;
            seen.Add(name);
            // A new mount would wait until the kernel is done with cgroups that others have just removed: 10 ms
            // (cgroup_lock_and_drain_offline).
            if (HasNamespace && own is null) AddNew(destination, name, hierarchy, attributes, options);
            else AddOwn(destination, name, hierarchy, attributes, options, own);
            if (name.Contains(',')) AddNames(destination, name);
        }
        return readOnly ? top : null;
    }

    private void AddNew(string destination, string name, MountInfo hierarchy, long attributes, MountOptions options) =>
        plan.Add(new FileSystemOp
    {
        Name = $"{destination[1..]}/{name}",
        Type = "cgroup",
        Target = $"{target}/{name}",
        Options = Key(hierarchy).Replace(',', '\0') + "\0",
        Shown = hierarchy.Source,
        Change = new() { Set = attributes, Propagation = MountPaths.OfNew(options.Propagation) },
        Flags = flags | MayBeLeftOut,
        Path = $"{destination}/{name}",
        Place = place,
        Why = "a hierarchy, seen from the container's cgroup namespace",
        IfLeftOut = IfLeftOut,
    });

    /// <param name="destination">Of the whole.</param>
    /// <param name="name">Of the directory on the tmpfs; null without one, on version 2.</param>
    /// <param name="hierarchy">What it is a directory of.</param>
    /// <param name="attributes">Of the mount.</param>
    /// <param name="options">Of the document's mount.</param>
    /// <param name="own">The directory; null: fork-news finds it, once the process is in it.</param>
    private void AddOwn(string destination, string? name, MountInfo hierarchy, long attributes, MountOptions options, string? own)
    {
        string behind = name is null ? "" : "/" + name, path = destination + behind;
        OpFlags all = flags | (name is null ? MountPaths.Guard(destination) : 0) | MayBeLeftOut;
        const string why = "the container's own directory of a hierarchy";
        plan.Add(own is not null
            ? new BindOp
            {
                Name = path[1..],
                Source = own,
                Target = target + behind,
                Change = new() { Set = attributes, Propagation = options.Propagation },
                Flags = all,
                Path = path,
                Place = place,
                Why = why,
                IfLeftOut = IfLeftOut,
            }
            : new CgroupBindOp
            {
                Name = path[1..],
                Mount = hierarchy.Path,
                Root = hierarchy.Root,
                Hierarchy = name is null ? "" : Key(hierarchy),
                Target = target + behind,
                Attributes = attributes,
                Propagation = options.Propagation,
                Flags = all,
                Path = path,
                Place = place,
                Why = why,
                IfLeftOut = IfLeftOut,
            });
    }

    /// <summary>Programs look for cpu, not for cpu,cpuacct.</summary>
    private void AddNames(string destination, string name)
    {
        foreach (string controller in name.Split(',')) plan.Add(new SymlinkOp
        {
            Name = $"{destination[1..]}/{controller}",
            Text = name,
            Target = $"{target}/{controller}",
            IsInRoot = true,
            Flags = flags | OpFlags.MayExist | (place is null ? OpFlags.MayFail : 0),
            Path = $"{destination}/{controller}",
            Why = "programs look for one controller",
            IfLeftOut = IfLeftOut,
        });
    }

    /// <summary>The hierarchy's name as /proc/PID/cgroup has it: controllers, or name=systemd.</summary>
    private static string Key(MountInfo hierarchy)
    {
        string controllers = "", name = "";
        foreach (string option in hierarchy.SuperOptions.Split(','))
        {
            if (option.StartsWith("name=", StringComparison.Ordinal)) name = option;
            else if (option is not ("rw" or "ro" or "xattr" or "noprefix" or "clone_children" or "cpuset_v2_mode" or "favordynmods")
                && !option.StartsWith("release_agent=", StringComparison.Ordinal))
                controllers += (controllers.Length > 0 ? "," : "") + option;
        }
        return controllers.Length > 0 && name.Length > 0 ? controllers + "," + name : controllers + name;
    }
}
