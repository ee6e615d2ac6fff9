using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// A mount of type cgroup: on version 2 the one hierarchy; on version 1 a tmpfs with one mount for each hierarchy that the host has mounted. Of each
/// the container sees its own directory, or with a cgroup namespace a new mount whose root that is.
/// </summary>
internal sealed class BundleCgroups(ContainerSpec spec, Host host, ContainerPlan plan, BundleMounts mounts)
{
    private const string Place = "/sys/fs/cgroup";
    private const long Safe = sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC;

    private bool HasNamespace => spec.Has(sched.CLONE_NEWCGROUP) || spec.Joins(sched.CLONE_NEWCGROUP);

    public void Add(OciMount mount, string destination, MountOptions options)
    {
        bool readOnly = (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0;
        if (!host.IsUnifiedCgroup) AddHierarchies(destination, options, readOnly);
        else if (HasNamespace || host.Mounts.FirstOrDefault(each => each.Type == "cgroup2") is not { } hierarchy) AddUnified(mount, destination, options);
        // A new mount in the host's cgroup namespace would set the options of the host's own anew, and take nsdelegate away.
        else AddOwn(destination, mounts.Target(destination), null, hierarchy, options.Set | options.TreeSet, options);
    }

    private void AddUnified(OciMount mount, string destination, MountOptions options) => plan.Add(new()
    {
        Name = destination[1..],
        Code = OpCode.MountFs,
        S1 = "cgroup2",
        S2 = mounts.Target(destination),
        S3 = options.Data.Length > 0 ? options.Data : null,
        // Without a cgroup namespace that is ours the kernel gives no new one (runc #2158); the host's is shown then.
        S4 = Place,
        S5 = string.IsNullOrEmpty(mount.Source) ? "cgroup" : mount.Source,
        A = options.Set | options.TreeSet,
        C = BundleMounts.OfNew(options.Propagation),
        Flags = mounts.At(destination) | BundleProc.Guard(destination) | OpFlags.Fallback,
        Path = destination,
        Place = mounts.Place,
        Why = "the control groups (cgroups(7)), version 2",
    });

    private void AddHierarchies(string destination, MountOptions options, bool readOnly)
    {
        string target = mounts.Target(destination);
        long attributes = Safe | (readOnly ? sys_mount.MOUNT_ATTR_RDONLY : 0);
        mounts.AddReadOnlyLater(new()
        {
            Name = destination[1..],
            Code = OpCode.MountFs,
            S1 = "tmpfs",
            S2 = target,
            S3 = "mode=755\0",
            S5 = "tmpfs",
            A = Safe,
            C = BundleMounts.OfNew(options.Propagation),
            Flags = mounts.At(destination) | BundleProc.Guard(destination),
            Path = destination,
            Place = mounts.Place,
            Why = "the control groups (cgroups(7)), version 1: one directory for each hierarchy",
        }, readOnly);
        HashSet<string> seen = [];
        foreach (MountInfo hierarchy in host.Mounts)
        {
            if (hierarchy.Type != "cgroup") continue;
            string name = System.IO.Path.GetFileName(hierarchy.Path);
            if (!seen.Add(name)) continue;
            if (HasNamespace) AddNew(destination, target, name, hierarchy, attributes, options);
            else AddOwn(destination, target, name, hierarchy, attributes, options);
            if (name.Contains(',')) AddNames(destination, target, name);
        }
    }

    private void AddNew(string destination, string target, string name, MountInfo hierarchy, long attributes, MountOptions options) => plan.Add(new()
    {
        Name = $"{destination[1..]}/{name}",
        Code = OpCode.MountFs,
        S1 = "cgroup",
        S2 = $"{target}/{name}",
        S3 = Key(hierarchy).Replace(',', '\0') + "\0",
        S5 = hierarchy.Source,
        A = attributes,
        C = BundleMounts.OfNew(options.Propagation),
        Flags = mounts.At(destination),
        Path = $"{destination}/{name}",
        Place = mounts.Place,
        Why = "a hierarchy, seen from the container's cgroup namespace",
    });

    /// <param name="name">Of the directory on the tmpfs; null without one, on version 2.</param>
    private void AddOwn(string destination, string target, string? name, MountInfo hierarchy, long attributes, MountOptions options) => plan.Add(new()
    {
        Name = name is null ? destination[1..] : $"{destination[1..]}/{name}",
        Code = OpCode.CgroupBind,
        S1 = hierarchy.Path,
        S2 = name is null ? target : $"{target}/{name}",
        S3 = name is null ? "" : Key(hierarchy),
        S5 = hierarchy.Root,
        A = attributes,
        C = options.Propagation,
        Flags = mounts.At(destination) | (name is null ? BundleProc.Guard(destination) : 0),
        Path = name is null ? destination : $"{destination}/{name}",
        Place = mounts.Place,
        Why = "the container's own directory of a hierarchy",
    });

    /// <summary>Programs look for cpu, not for cpu,cpuacct.</summary>
    private void AddNames(string destination, string target, string name)
    {
        foreach (string controller in name.Split(',')) plan.Add(new()
        {
            Name = $"{destination[1..]}/{controller}",
            Code = OpCode.Symlink,
            S1 = name,
            S2 = $"{target}/{controller}",
            D = 1,
            Flags = mounts.At(destination) | OpFlags.MayExist,
            Path = $"{destination}/{controller}",
            Why = "programs look for one controller",
        });
    }

    /// <summary>The hierarchy's name as /proc/PID/cgroup has it: controllers, or name=systemd.</summary>
    private static string Key(MountInfo hierarchy)
    {
        string controllers = "", name = "";
        foreach (string option in hierarchy.SuperOptions.Split(','))
        {
            if (option.StartsWith("name=", StringComparison.Ordinal)) name = option;
            else if (option is not ("rw" or "ro" or "xattr" or "noprefix" or "clone_children" or "cpuset_v2_mode" or "favordynmods") && !option.StartsWith("release_agent=", StringComparison.Ordinal))
                controllers += (controllers.Length > 0 ? "," : "") + option;
        }
        return controllers.Length > 0 && name.Length > 0 ? controllers + "," + name : controllers + name;
    }
}
