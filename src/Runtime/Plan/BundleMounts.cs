using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations of a bundle's <c>mounts</c>. Where the specification is silent, runc's ways are followed.</summary>
internal sealed class BundleMounts(ContainerSpec spec, Host host, ContainerPlan plan)
{
    private readonly List<Operation> _readOnlyLater = [];
    private int _index;
    private bool _devIsOurs;

    /// <summary>Something of another place is bound on /dev: nothing is made in it.</summary>
    public bool DevIsBound { get; private set; }

    /// <summary>A file system of the container's own is on /dev.</summary>
    public bool HasDev => _devIsOurs;

    /// <summary>The mount at hand in the document.</summary>
    public string Place => $"mounts[{_index}]";

    /// <summary>Whether the container is in a user namespace, its own or ours.</summary>
    public bool InUserNamespace => spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER) || host.IsInUserNamespace;

    /// <summary>The host's path of a bind mount's source.</summary>
    public static string Source(ContainerSpec spec, Host host, string source) =>
        spec.Bundle is { } bundle ? Path.GetFullPath(source, bundle) : host.FullPath(source);

    /// <summary>
    /// The path inside the root of a source that lies below the root file system, else null. It is looked up there, when its turn comes:
    /// earlier mounts of the document are part of it.
    /// </summary>
    public static string? OwnTree(ContainerSpec spec, string source)
    {
        string root = spec.Oci.Root.Path.TrimEnd('/');
        bool isOurs = spec.Has(sched.CLONE_NEWNS) || spec.MountsOnHost;
        bool isBelow = root.Length > 0 && source.Length > root.Length + 1
            && source.StartsWith(root, StringComparison.Ordinal) && source[root.Length] == '/';
        return isOurs && isBelow ? source[(root.Length + 1)..] : null;
    }

    /// <summary>An absolute path without empty parts, "." and "..".</summary>
    public static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>What was made ready for a mount of the document, unless this is another part of it.</summary>
    public static MountSource? Prepared(ContainerPlan plan, int index, string source) =>
        plan.Sources?.GetValueOrDefault(index) is { } prepared && prepared.Path == source ? prepared : null;

    /// <summary>Where a path is looked up: in our own /dev, or in the root.</summary>
    public OpFlags At(string path) => _devIsOurs && path.StartsWith("/dev/", StringComparison.Ordinal) ? OpFlags.InDev : OpFlags.None;

    public string Target(string path) => At(path) == OpFlags.InDev ? path["/dev/".Length..] : path[1..];

    public void Add(OciMount mount, int index)
    {
        _index = index;
        string destination = Destination(mount);
        MountOptions options = MountOptions.Parse(mount.Options);
        if (options.IsRemount) AddRemount(destination, options);
        else if (options.IsBind || mount.Type == "bind") AddBind(mount, destination, options);
        else if (mount.UidMappings is not null || mount.GidMappings is not null || options.IsIdMapped)
            throw Wrong("options", "id-mapped mounts are only supported for bind mounts", "add bind or rbind to the options");
        else if (mount.Type == "cgroup") AddCgroups(mount, destination, options);
        else if (mount is { Type: "overlay", Source: ['/', ..] } && options.Data.Length == 0) AddThrowaway(mount, destination, options);
        else AddFileSystem(mount, destination, options);
    }

    /// <summary>A tmpfs, and whatever is on /dev, is read-only at last: places of other mounts had to be made in it.</summary>
    public void MakeReadOnly()
    {
        foreach (Operation mount in _readOnlyLater) plan.Add(ReadOnly(mount));
    }

    private void AddReadOnlyLater(Operation operation, bool readOnly)
    {
        plan.Add(operation);
        if (!readOnly) return;
        operation.Flags |= OpFlags.KeepOpen;
        _readOnlyLater.Add(operation);
    }

    /// <summary>Makes read-only what an operation has mounted and kept open.</summary>
    public static Operation ReadOnly(Operation mount) => new()
    {
        Name = "readonly:" + mount.Path,
        Code = OpCode.MountAttributes,
        Of = mount,
        A = sys_mount.MOUNT_ATTR_RDONLY,
        Path = mount.Path,
        Why = "its option ro: now that all is made in it",
        IfLeftOut = "{path} can be written to",
    };

    /// <summary>A new mount is private, and nobody's slave.</summary>
    public static long OfNew(long propagation) => propagation is sys_mount.MS_SHARED or sys_mount.MS_UNBINDABLE ? propagation : 0;

    /// <summary>An error about this mount, with its place in the document.</summary>
    public UserError Wrong(string field, string what, string hint) => new($"{Place}.{field}: {what}", hint);

    private string Destination(OciMount mount)
    {
        if (mount.Destination.Length == 0) throw Wrong("destination", "is missing", "give an absolute path");
        if (mount.Destination.Contains('\0') || mount.Source?.Contains('\0') == true)
            throw Wrong("destination", "a path has a null byte in it", "write it without");
        string clean = Clean(mount.Destination);
        // An old form, the host's path of the place, that runc takes as well.
        if (OwnTree(spec, clean) is { } below) clean = "/" + below;
        return clean != "/" ? clean : throw Wrong("destination", "/ is the root itself", "another root file system is given by root.path");
    }

    private void AddRemount(string destination, MountOptions options) => plan.Add(new()
    {
        Name = destination[1..],
        Code = OpCode.Remount,
        S2 = Target(destination),
        A = options.Set,
        B = options.Clear,
        C = options.Propagation,
        E = options.TreeSet,
        F = options.TreeClear,
        Flags = At(destination) | (options.PropagationRecursive ? OpFlags.PropagationRecursive : 0),
        Path = destination,
        Place = Place,
        Why = "option remount: what is mounted there gets other options",
    });

    private void AddCgroups(OciMount mount, string destination, MountOptions options)
    {
        if (new CgroupMounts(spec, host, plan, Target(destination), At(destination), Place).Add(mount, destination, options) is { } top)
            _readOnlyLater.Add(top);
    }

    /// <summary>
    /// What `run -v SRC:DST:O` writes into a document: an overlay over a directory. One that names its layers in options is the kernel's
    /// own.
    /// </summary>
    private void AddThrowaway(OciMount mount, string destination, MountOptions options)
    {
        BundleProc.Check(this, destination, "overlay");
        if (host.FileType(mount.Source!) != sys_stat.S_IFDIR)
            throw Wrong("source", $"{mount.Source}: no such directory, to be the lower layer", "make it first");
        plan.Add(ThrowawayMount.Of(spec, mount, Target(destination), At(destination) | BundleProc.Guard(destination), options, Place));
    }

    private void AddFileSystem(OciMount mount, string destination, MountOptions options)
    {
        string type = mount.Type is { Length: > 0 } given
            ? given
            : throw Wrong("type", "is missing", "give a type such as tmpfs, or the option bind");
        bool isDev = destination == "/dev", isTmpfs = type == "tmpfs";
        BundleProc.Check(this, destination, type);
        string data = FileSystemData.Of(spec, host, type, options);
        bool classic = FileSystemData.IsTooLong(data);
        bool later = (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0 && (isTmpfs || isDev) && !classic;
        OpFlags flags = At(destination) | BundleProc.Guard(destination)
            | (type is "proc" or "sysfs" || isDev ? OpFlags.Ordinary : 0)
            | (isDev ? OpFlags.IsDev : 0)
            | (destination == "/dev/pts" && type == "devpts" ? OpFlags.IsPts : 0)
            | (isTmpfs ? OpFlags.KeepMode : 0)
            | (isTmpfs && options.CopiesUp ? OpFlags.CopyUp : 0)
            | (classic ? OpFlags.Classic : 0);
        if (options.TargetNoFollow) flags |= OpFlags.TargetNoFollow;
        if (Fallback(type) is { } fallback) flags |= OpFlags.Fallback; else fallback = null;
        AddReadOnlyLater(new()
        {
            Name = destination[1..],
            Code = OpCode.MountFs,
            S1 = type,
            S2 = Target(destination),
            S3 = data.Length == 0 ? null : classic ? data.TrimEnd('\0').Replace('\0', ',') : data,
            S4 = fallback,
            S5 = string.IsNullOrEmpty(mount.Source) ? type : mount.Source,
            A = later ? options.Set & ~sys_mount.MOUNT_ATTR_RDONLY : options.Set,
            B = classic ? FileSystemData.ClassicFlags(options.Set) : 0,
            C = OfNew(options.Propagation),
            E = options.TreeSet,
            F = options.TreeClear,
            Flags = flags,
            Path = destination,
            Place = Place,
            Why = "as the document says",
        }, later);
        if (isDev) _devIsOurs = true;
    }

    private void AddBind(OciMount mount, string destination, MountOptions options)
    {
        if (mount.Source is not { Length: > 0 } given)
            throw Wrong("source", "a bind mount has no source", "give the path of a file or directory of the host");
        CheckData(options.Data);
        string source = Source(spec, host, given);
        MountSource? prepared = Prepared(plan, _index, source);
        string? own = prepared is null or { MapsLater: true } ? OwnTree(spec, source) : null;
        if (options.CopiesSymlink && host.LinkTarget(source) is { } target)
        {
            plan.Add(new()
            {
                Name = destination[1..],
                Code = OpCode.Symlink,
                S1 = target,
                S2 = Target(destination),
                D = 1,
                Flags = At(destination) | OpFlags.MayExist,
                Path = destination,
                Why = "option copy-symlink: the source is a symlink"
            });
            return;
        }
        BundleProc.Check(this, destination, "bind");
        int type = options.SourceNoFollow && host.LinkTarget(source) is not null ? sys_stat.S_IFLNK : host.FileType(source);
        if (type == 0 && own is not null) type = sys_stat.S_IFDIR;   // it is still to be mounted
        bool follows = options.Propagation == 0 && (prepared?.Detached == true || spec.MountsOnHost);
        if (type == 0)
            throw Wrong("source", $"error mounting \"{source}\" to rootfs at \"{destination}\": stat {source}: no such file or directory",
                $"make it first, or check the permissions on the way to it");
        plan.Add(new()
        {
            Name = destination[1..],
            Code = OpCode.Bind,
            S1 = own ?? source,
            S2 = Target(destination),
            Source = prepared,
            A = options.Set,
            B = options.Clear,
            // A tree that was cloned in the host's mount namespace is still one with the host's in propagation.
            C = follows ? sys_mount.MS_SLAVE : options.Propagation,
            E = options.TreeSet,
            F = options.TreeClear,
            Path = destination,
            Place = Place,
            Flags = At(destination) | BundleProc.Guard(destination)
                | (destination == "/proc" ? OpFlags.SourceIsProc | OpFlags.Ordinary : 0)
                | (destination == "/sys" ? OpFlags.Ordinary : 0)
                | (type == sys_stat.S_IFDIR ? 0 : OpFlags.File)
                | (options.Recursive ? OpFlags.Recursive : 0)
                | (options.Recursive && (options.PropagationRecursive || follows) ? OpFlags.PropagationRecursive : 0)
                | (options.SourceNoFollow ? OpFlags.SourceNoFollow : 0)
                | (own is not null ? OpFlags.SourceOfOwnTree : 0)
                | (prepared?.MapsLater == true ? OpFlags.MapsIds : 0)
                | (options.TargetNoFollow ? OpFlags.TargetNoFollow : 0)
                | (prepared?.Detached == true ? OpFlags.Detached : 0),
            Why = "as the document says",
        });
        if (destination == "/dev") DevIsBound = true;
    }

    /// <summary>
    /// Options that belong to a file system are handed to the kernel (config.md, "Linux mount options"), which passes over them for a bind
    /// mount: their file system has its own already. A word without a value is more likely a flag that is misspelt, such as "nosiud", and
    /// must not be lost.
    /// </summary>
    private void CheckData(string data)
    {
        if (data.Length == 0) return;
        string[] given = data.TrimEnd('\0').Split('\0');
        if (Array.Find(given, option => !option.Contains('=')) is { } word) throw Wrong("options",
            $"bind mounts cannot have any filesystem-specific options applied: '{word}'",
                "the options of a bind mount are those that `minirun-oci features` lists");
        spec.Warn($"{Place}.options: '{string.Join(',', given)}' has no effect: a bind mount shows a file system that is mounted already");
    }

    /// <summary>
    /// A new sysfs is for who owns the network namespace, a new procfs for who owns the pid namespace: a container that shares it sees the
    /// runtime's own, with the options asked for. So, too, where the kernel refuses a new one to a container in a container, since the
    /// outer one hides a part: sysfs as crun does, procfs only for <c>minirun run -d</c>, which has said that it will do.
    /// </summary>
    private string? Fallback(string type) =>
        !InUserNamespace ? null
        : type == "sysfs" && !spec.Require.Contains("sysfs") ? "/sys"
        : type == "proc" && (spec.ProcFallsBack || !spec.Has(sched.CLONE_NEWPID)) ? "/proc" : null;
}
