using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations of an OCI document's mounts, devices, masked and read-only paths.</summary>
internal sealed class MountPlan(ContainerSpec spec, Host host, ContainerPlan plan, bool hostPropagates)
{
    private static readonly (string Name, int Major, int Minor)[] s_devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Target, string Name)[] s_links =
        [("/proc/self/fd", "fd"), ("fd/0", "stdin"), ("fd/1", "stdout"), ("fd/2", "stderr"), ("pts/ptmx", "ptmx")];

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
                D = DeviceNumber(1, 3),
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
        string? fallback = type is "proc" or "sysfs" && !spec.Require.Contains(type == "proc" ? "procfs" : type) ? "/" + (type == "proc" ? "proc" : "sys") : null;
        if (fallback is not null) flags |= OpFlags.Fallback;
        // Only the parts of /sys are mounted in it.
        bool later = mount is { Destination: "/sys", Type: "tmpfs" } && !spec.UserMounts.Contains("/sys") && (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0;
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
            Why = Reason(mount, type),
            IfLeftOut = "there is no {source} on {path}",
        };
        plan.Add(made);
        if (later) _readOnlyLater.Add(made);
        if (isDev) AddDevices();
    }

    private void AddBind(OciMount mount, MountOptions options)
    {
        bool ours = !spec.UserMounts.Contains(mount.Destination), isDirectory = true;
        string source = BindSource.Find(mount, host, out int type);
        isDirectory = type == sys_stat.S_IFDIR;
        // A mount that follows the host's keeps its propagation; all others are cut off, when the whole tree was not already.
        MountSource? prepared = BundleMounts.Prepared(plan, _index, source);
        long propagation = options.Propagation != 0 ? options.Propagation : hostPropagates || prepared is not null ? sys_mount.MS_PRIVATE : 0;
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
            Why = ours ? Reason(mount, "bind") : "as asked for",
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
        Why = Reason(mount, "bind"),
        IfLeftOut = "{source} of the host is not on {path}",
    });

    private void AddOverlay(OciMount mount, MountOptions options)
    {
        if (host.FileType(mount.Source!) != sys_stat.S_IFDIR) throw new UserError($"{mount.Source}: no such directory, to be the lower layer on {mount.Destination}", "give a directory as source=");
        plan.Add(ThrowawayMount.Of(spec, mount, Target(mount.Destination), Guard(mount.Destination), options, place: null));
    }

    private void AddDevices()
    {
        _ownDev = true;
        foreach (var (name, major, minor) in s_devices)
        {
            // A default at a place that the user gave to something else would be in the way.
            if (!spec.UserMounts.Contains("/dev/" + name)) plan.Add(new()
            {
                Name = "dev/" + name,
                Code = OpCode.Bind,
                S1 = "/dev/" + name,
                S2 = name,
                A = sys_mount.MOUNT_ATTR_RDONLY,
                D = DeviceNumber(major, minor),
                Flags = OpFlags.File | OpFlags.InDev,
                Path = "/dev/" + name,
                Why = "mknod of a device is not allowed in a user namespace, so the host's node is bound: the right one, and nobody can change it",
                IfLeftOut = "there is no {path}",
            });
        }
        if (!spec.UserMounts.Contains("/dev/null")) plan.Add(BundleDevices.NullStdio());
        foreach (var (target, name) in s_links)
            plan.Add(new() { Name = "dev/" + name, Code = OpCode.Symlink, S1 = target, S2 = name, Path = "/dev/" + name, Why = "programs expect this name", IfLeftOut = "there is no {path}" });
    }

    private static long DeviceNumber(int major, int minor) => (long)major << 32 | (uint)minor;

    private static string Name(string destination) => destination.TrimStart('/') is { Length: > 0 } name ? name : "/";

    private static string Relative(string path) => path.TrimStart('/') is { Length: > 0 } name ? name : ".";

    private OpFlags At(string destination) => _ownDev && destination.StartsWith("/dev/", StringComparison.Ordinal) ? OpFlags.InDev : OpFlags.None;

    /// <summary>Wherever the symlinks of a root file system lead what the user mounts. Ours are on places of our own.</summary>
    private OpFlags Guard(string destination) => spec.UserMounts.Contains(destination) ? BundleProc.Guard(destination) : OpFlags.None;

    private string Target(string destination) => At(destination) == OpFlags.InDev ? destination["/dev/".Length..] : Relative(destination);

    private static string Reason(OciMount mount, string type) => mount.Destination switch
    {
        "/proc" when type == "bind" => "the pid namespace is the host's, so the host's /proc is shown",
        "/proc" => "the processes of the new pid namespace, and no others (proc(5))",
        "/dev" => "a /dev of its own with only harmless devices",
        "/dev/pts" => "terminals of its own: none of the host's can be opened",
        "/dev/shm" or "/dev/mqueue" when type == "bind" => "the IPC namespace is the host's, so is what it keeps here",
        "/dev/shm" => "POSIX shared memory (shm_open(3)), of its own",
        "/dev/mqueue" => "POSIX message queues of the new IPC namespace",
        "/sys" when type == "bind" => "the host's /sys, read-only with all below: a new sysfs belongs to a network namespace, and the host's is shared",
        "/sys" => "the sysfs of the new network namespace",
        "/etc/resolv.conf" => "the network is the host's, so names resolve as on the host; a copy, as whoever has the file itself may hold it",
        "/etc/hosts" => "the network is the host's, so are the names it has; a copy, as whoever has the file itself may hold it",
        _ => "as asked for",
    };
}
