using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations of an OCI document's mounts, devices, masked and read-only paths.</summary>
internal sealed class MountPlan(ContainerSpec spec, Host host, ContainerPlan plan, bool hostPropagates)
{
    // Whether the parts of a path were mounted by us on ground of our own (a fresh /dev): then names in it need no care.
    private bool _ownDev;
    private readonly List<Operation> _readOnlyLater = [];
    private int _index;

    /// <param name="mount">The mount, or a part of it.</param>
    /// <param name="index">Its number in the document.</param>
    public void Add(OciMount mount, int index)
    {
        _index = index;
        MountOptions options = MountOptions.Parse(mount.Options);
        if (mount.Type == "overlay" && mount.Source is not null) AddOverlay(mount, options);
        else if (spec.CopiedFiles.Contains(mount.Destination) && mount.Source == mount.Destination) AddCopy(mount, options);
        else if (options.IsBind || mount.Type == "bind") AddBind(mount, options);
        else if (mount.Type == "cgroup") AddCgroups(mount, options);
        else AddFileSystem(mount, options);
    }

    /// <summary>The directories of cgroup hierarchies and of parts of /sys, when places of other mounts have been made in them.</summary>
    public void MakeReadOnly()
    {
        foreach (Operation mount in _readOnlyLater) plan.Add(BundleMounts.ReadOnly(mount));
    }

    private void AddCgroups(OciMount mount, MountOptions options)
    {
        var cgroups = new CgroupMounts(spec, host, plan, Target(mount.Destination), At(mount.Destination), place: null);
        if (cgroups.Add(mount, mount.Destination, options) is { } top) _readOnlyLater.Add(top);
    }

    public void HidePaths()
    {
        foreach (string path in spec.Oci.Linux.MaskedPaths)
        {
            // Decided here, not inside: what the host's proc and sysfs lack, new ones lack too.
            int type = host.FileType(path);
            if (type != 0) plan.Add(new()
            {
                Name = "mask:" + path,
                Code = OpCode.Mask,
                S2 = Relative(path),
                Path = path,
                D = DefaultDevices.Number(1, 3),
                Flags = OpFlags.Optional | (type == sys_stat.S_IFDIR ? 0 : OpFlags.File),
                Why = "hidden: it tells about, or steers, the whole machine",
                IfLeftOut = "{path} of the whole machine can be read",
            });
        }
        foreach (string path in spec.Oci.Linux.ReadonlyPaths)
            if (host.FileType(path) is not 0 and var type) plan.Add(new()
            {
                Name = "readonly:" + path,
                Phase = Phase.Hiding,
                Code = OpCode.Bind,
                S1 = Relative(path),
                S2 = Relative(path),
                Path = path,
                E = sys_mount.MOUNT_ATTR_RDONLY,
                Flags = OpFlags.Recursive | OpFlags.SourceInRoot | OpFlags.Optional | (type == sys_stat.S_IFDIR ? 0 : OpFlags.File),
                Why = "read-only: kernel settings of the whole machine",
                IfLeftOut = "root inside may write what the kernel lets it below {path}",
            });
    }

    private void AddFileSystem(OciMount mount, MountOptions options)
    {
        string type = mount.Type ?? throw new UserError($"mount on {mount.Destination}: no type", "give a type such as tmpfs, or bind");
        bool isDev = mount.Destination == "/dev" && type == "tmpfs", isPts = mount.Destination == "/dev/pts" && type == "devpts";
        OpFlags flags = (type is "proc" or "sysfs" || isDev ? OpFlags.Ordinary : OpFlags.None)
            | (isDev ? OpFlags.IsDev : 0) | (isPts ? OpFlags.IsPts : 0)
            | At(mount.Destination) | Guard(mount.Destination);
        string? fallback = type is "proc" or "sysfs" && !spec.Require.Contains(type == "proc" ? "procfs" : type)
            ? "/" + (type == "proc" ? "proc" : "sys")
            : null;
        if (fallback is not null) flags |= OpFlags.Fallback;
        // Only the parts of /sys are mounted in it.
        bool later = mount is { Destination: "/sys", Type: "tmpfs" } && !spec.UserMounts.Contains("/sys")
            && (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0;
        if (later) flags |= OpFlags.KeepOpen;
        Operation made = new()
        {
            Name = Name(mount.Destination),
            Code = OpCode.MountFs,
            S1 = type,
            S2 = Target(mount.Destination),
            S3 = options.Data.Length > 0 ? options.Data : null,
            S4 = fallback,
            A = (options.Set | options.TreeSet) & ~(later ? sys_mount.MOUNT_ATTR_RDONLY : 0L),
            Flags = flags,
            Path = mount.Destination,
            Why = MountReason.Of(mount, type),
            IfLeftOut = "there is no {source} on {path}",
        };
        plan.Add(made);
        if (later) _readOnlyLater.Add(made);
        if (!isDev) return;
        _ownDev = true;
        DefaultDevices.Add(plan, spec);
    }

    private void AddBind(OciMount mount, MountOptions options)
    {
        bool ours = !spec.UserMounts.Contains(mount.Destination), isDirectory = true;
        string source = BindSource.Find(mount, host, out int type);
        isDirectory = type == sys_stat.S_IFDIR;
        // A mount that follows the host's keeps its propagation; all others are cut off, when the whole tree was not already.
        MountSource? prepared = BundleMounts.Prepared(plan, _index, source);
        long propagation =
            options.Propagation != 0 ? options.Propagation : hostPropagates || prepared is not null ? sys_mount.MS_PRIVATE : 0;
        plan.Add(new()
        {
            Name = Name(mount.Destination),
            Code = OpCode.Bind,
            S1 = source,
            S2 = Target(mount.Destination),
            Source = prepared,
            A = options.Set,
            B = options.Clear,
            C = propagation,
            E = options.TreeSet,
            F = options.TreeClear,
            Path = mount.Destination,
            Flags = At(mount.Destination) | Guard(mount.Destination)
                | (!ours && mount.Destination == "/proc" ? OpFlags.SourceIsProc : 0)
                | (isDirectory ? 0 : OpFlags.File)
                | (options.Recursive ? OpFlags.Recursive : 0)
                | ((options.PropagationRecursive || hostPropagates) && options.Recursive ? OpFlags.PropagationRecursive : 0)
                | (mount.Destination is "/sys" or "/proc" ? OpFlags.Ordinary : 0)
                | (prepared is not null ? OpFlags.Detached : 0),
            Why = ours ? MountReason.Of(mount, "bind") : "as asked for",
            IfLeftOut = "{source} of the host is not on {path}",
        });
    }

    private void AddCopy(OciMount mount, MountOptions options) => plan.Add(new()
    {
        Name = Name(mount.Destination),
        Code = OpCode.Copy,
        S1 = mount.Source,
        S2 = Target(mount.Destination),
        A = options.Set,
        Path = mount.Destination,
        Flags = OpFlags.File | OpFlags.Optional,
        Why = MountReason.Of(mount, "bind"),
        IfLeftOut = "{source} of the host is not on {path}",
    });

    private void AddOverlay(OciMount mount, MountOptions options)
    {
        if (host.FileType(mount.Source!) != sys_stat.S_IFDIR)
            throw new UserError($"{mount.Source}: no such directory, to be the lower layer on {mount.Destination}",
                "give a directory as source=");
        plan.Add(ThrowawayMount.Of(spec, mount, Target(mount.Destination), Guard(mount.Destination), options, place: null));
    }

    private static string Name(string destination) => destination.TrimStart('/') is { Length: > 0 } name ? name : "/";

    private static string Relative(string path) => path.TrimStart('/') is { Length: > 0 } name ? name : ".";

    private OpFlags At(string destination) =>
        _ownDev && destination.StartsWith("/dev/", StringComparison.Ordinal) ? OpFlags.InDev : OpFlags.None;

    /// <summary>Wherever the symlinks of a root file system lead what the user mounts. Ours are on places of our own.</summary>
    private OpFlags Guard(string destination) => spec.UserMounts.Contains(destination) ? BundleProc.Guard(destination) : OpFlags.None;

    private string Target(string destination) => At(destination) == OpFlags.InDev ? destination["/dev/".Length..] : Relative(destination);
}
