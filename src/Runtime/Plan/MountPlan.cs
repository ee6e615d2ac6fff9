using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations of a document's <c>mounts</c>. Where the specification is silent, a bundle's follow runc's ways.</summary>
/// <param name="spec">Whose they are.</param>
/// <param name="host">What is there.</param>
/// <param name="plan">What is added to.</param>
/// <param name="dev">What becomes of /dev.</param>
/// <param name="treeFollows">The whole tree follows the host's, since a volume is to: what is not to is cut off one by one.</param>
internal sealed class MountPlan(ContainerSpec spec, Host host, ContainerPlan plan, DevPlace dev, bool treeFollows)
{
    private readonly List<FileSystemOp> _readOnlyLater = [];
    private readonly Policy _policy = spec.Policy;
    private int _index;

    /// <summary>The mount at hand in the document; null in one of our own.</summary>
    private string? Place => _policy.NamesPlaces ? $"mounts[{_index}]" : null;

    /// <summary>Whether the container is in a user namespace, its own or ours.</summary>
    private bool InUserNamespace => spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER) || host.IsInUserNamespace;

    /// <param name="mount">The mount, or a part of it.</param>
    /// <param name="index">Its number in the document.</param>
    public void Add(OciMount mount, int index)
    {
        _index = index;
        string destination = Destination(mount);
        MountOptions options = MountOptions.Parse(mount.Options);
        bool binds = options.IsBind || mount.Type == "bind", maps = mount.UidMappings is not null || mount.GidMappings is not null;
        if (options.IsRemount) AddRemount(destination, options);
        else if (binds && spec.CopiedFiles.Contains(destination) && mount.Source == destination) AddCopy(mount, options);
        else if (binds) AddBind(mount, destination, options);
        else if (maps || options.IsIdMapped)
            throw Wrong("options", "id-mapped mounts are only supported for bind mounts", "add bind or rbind to the options");
        else if (mount.Type == "cgroup") AddCgroups(mount, destination, options);
        else if (mount is { Type: "overlay", Source: ['/', ..] } && options.Data.Length == 0) AddThrowaway(mount, destination, options);
        else AddFileSystem(mount, destination, options);
    }

    /// <summary>A tmpfs, and whatever is on /dev, is read-only at last: places of other mounts had to be made in it.</summary>
    public void MakeReadOnly()
    {
        foreach (FileSystemOp mount in _readOnlyLater) plan.Add(new LaterAttributesOp(mount));
    }

    /// <summary>An error about this mount, with its place in the document.</summary>
    private UserError Wrong(string field, string what, string hint) => new(Place is { } place ? $"{place}.{field}: {what}" : what, hint);

    private string Destination(OciMount mount)
    {
        if (mount.Destination.Length == 0) throw Wrong("destination", "is missing", "give an absolute path");
        if (mount.Destination.Contains('\0') || mount.Source?.Contains('\0') == true)
            throw Wrong("destination", "a path has a null byte in it", "write it without");
        string clean = MountPaths.Clean(mount.Destination);
        // An old form, the host's path of the place, that runc takes as well.
        if (MountPaths.OwnTree(spec, clean) is { } below) clean = "/" + below;
        return clean != "/" ? clean : throw Wrong("destination", "/ is the root itself", "another root file system is given by root.path");
    }

    /// <exception cref="UserError">Such a thing must not be mounted there.</exception>
    private void CheckPlace(string destination, string type)
    {
        if (ProcPlaces.Refusal(destination, type, isFlag: !_policy.NamesPlaces) is var (why, hint)) throw Wrong("destination", why, hint);
    }

    /// <summary>A mount that minirun chose itself, on a place of its own.</summary>
    private bool IsOurs(string destination) => _policy.HasOwnMounts && !spec.UserMounts.Contains(destination);

    private OpFlags Guard(string destination) => IsOurs(destination) ? OpFlags.None : MountPaths.Guard(destination);

    private string Why(string destination, string type) => IsOurs(destination) ? MountReason.Of(destination, type) : _policy.WhyMounted;

    private void AddRemount(string destination, MountOptions options) => plan.Add(new RemountOp
    {
        Name = destination[1..],
        Target = dev.Target(destination),
        Change = options.Change,
        Flags = dev.At(destination) | (options.PropagationRecursive ? OpFlags.PropagationRecursive : 0),
        Path = destination,
        Place = Place,
        Why = "option remount: what is mounted there gets other options",
    });

    private void AddCgroups(OciMount mount, string destination, MountOptions options)
    {
        CgroupMounts cgroups = new(spec, host, plan, dev.Target(destination), dev.At(destination), Place);
        if (cgroups.Add(mount, destination, options) is { } top) _readOnlyLater.Add(top);
    }

    private void AddCopy(OciMount mount, MountOptions options) => plan.Add(new CopyOp
    {
        Name = mount.Destination[1..],
        Source = mount.Source!,
        Target = dev.Target(mount.Destination),
        Attributes = options.Set,
        Path = mount.Destination,
        Flags = OpFlags.File | OpFlags.Optional,
        Why = Why(mount.Destination, "bind"),
        IfLeftOut = "{source} of the host is not on {path}",
    });

    /// <summary>An overlay over a directory. One that names its layers in options is the kernel's own.</summary>
    private void AddThrowaway(OciMount mount, string destination, MountOptions options)
    {
        CheckPlace(destination, "overlay");
        if (host.FileType(mount.Source!) != sys_stat.S_IFDIR)
            throw Wrong("source", $"{mount.Source}: no such directory, to be the lower layer on {destination}", "create it first");
        plan.Add(new OverlayOp
        {
            Name = destination[1..],
            Lower = mount.Source!,
            Target = dev.Target(destination),
            Attributes = options.Set | options.TreeSet,
            UsesUserAttributes = spec.OverlaysAsUser,
            Flags = dev.At(destination) | Guard(destination),
            Path = destination,
            Place = Place,
            Why = "an overlay over the directory: writes are thrown away at the end",
            IfLeftOut = "{source} of the host is not on {path}",
        });
    }

    private void AddFileSystem(OciMount mount, string destination, MountOptions options)
    {
        string type = mount.Type is { Length: > 0 } given ? given
            : throw Wrong("type", "is missing", "give a type such as tmpfs, or the option bind");
        bool isDev = destination == "/dev", isTmpfs = type == "tmpfs";
        CheckPlace(destination, type);
        string data = FileSystemData.Of(spec, host, type, options);
        bool classic = FileSystemData.IsTooLong(data);
        // Of our own only /sys has others in it.
        bool staysEmpty = IsOurs(destination) && destination != "/sys";
        bool later = (options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0 && (isTmpfs || isDev) && !classic && !staysEmpty;
        MountChange change = options.Change with { Clear = 0, Propagation = MountPaths.OfNew(options.Propagation) };
        if (later) change.Set &= ~sys_mount.MOUNT_ATTR_RDONLY;
        string? fallback = Fallback(type);
        FileSystemOp made = new()
        {
            Name = destination[1..],
            Type = type,
            Target = dev.Target(destination),
            Options = data.Length == 0 ? null : classic ? data.TrimEnd('\0').Replace('\0', ',') : data,
            Fallback = fallback,
            Shown = string.IsNullOrEmpty(mount.Source) || mount.Source == type ? null : mount.Source,
            Change = change,
            ClassicFlags = classic ? FileSystemData.ClassicFlags(options.Set) : 0,
            Flags = dev.At(destination) | Guard(destination)
                | (type is "proc" or "sysfs" || isDev ? OpFlags.Ordinary : 0)
                | (isDev ? OpFlags.IsDev : 0)
                | (destination == "/dev/pts" && type == "devpts" ? OpFlags.IsPts : 0)
                | (isTmpfs && !data.Contains("mode=", StringComparison.Ordinal) ? OpFlags.KeepMode : 0)
                | (isTmpfs && options.CopiesUp ? OpFlags.CopyUp : 0)
                | (classic ? OpFlags.Classic : 0)
                | (options.TargetNoFollow ? OpFlags.TargetNoFollow : 0)
                | (fallback is null ? 0 : OpFlags.Fallback)
                | (later ? OpFlags.KeepOpen : 0),
            Path = destination,
            Place = Place,
            Why = Why(destination, type),
            IfLeftOut = "there is no {source} on {path}",
        };
        plan.Add(made);
        if (later) _readOnlyLater.Add(made);
        if (!isDev) return;
        dev.IsOurs = true;
        if (_policy.BindsDevices) DevicePlan.AddBound(plan, spec);
    }

    private void AddBind(OciMount mount, string destination, MountOptions options)
    {
        if (mount.Source is not { Length: > 0 } given)
            throw Wrong("source", "a bind mount has no source", "give the path of a file or directory of the host");
        CheckData(options.Data);
        string source = MountPaths.Source(spec, given);
        MountSource? prepared = MountPaths.Prepared(plan, _index, source);
        string? own = prepared is null or { MapsLater: true } ? MountPaths.OwnTree(spec, source) : null;
        if (options.CopiesSymlink && host.LinkTarget(source) is { } target)
        {
            AddLink(destination, target);
            return;
        }
        CheckPlace(destination, "bind");
        int type = options.SourceNoFollow && host.LinkTarget(source) is not null ? sys_stat.S_IFLNK : host.FileType(source);
        if (type == 0 && own is null) throw Missing(source, destination);
        // One in the root may be still to be mounted.
        bool isDirectory = type is 0 or sys_stat.S_IFDIR;
        bool isOne = treeFollows || prepared?.Detached == true || spec.MountsOnHost, follows = isOne && options.Propagation == 0;
        plan.Add(new BindOp
        {
            Name = destination[1..],
            Source = own ?? source,
            Target = dev.Target(destination),
            Prepared = prepared,
            // A tree that was cloned in the host's mount namespace is still one with the host's in propagation.
            Change = follows ? options.Change with { Propagation = _policy.PropagationOfBinds } : options.Change,
            Path = destination,
            Place = Place,
            Flags = dev.At(destination) | Guard(destination)
                | (destination == "/proc" && !IsOurs(destination) ? OpFlags.SourceIsProc : 0)
                | (destination is "/sys" or "/proc" ? OpFlags.Ordinary : 0)
                | (isDirectory ? 0 : OpFlags.File)
                | (options.Recursive ? OpFlags.Recursive : 0)
                | (options.Recursive && (options.PropagationRecursive || treeFollows || follows) ? OpFlags.PropagationRecursive : 0)
                | (options.SourceNoFollow ? OpFlags.SourceNoFollow : 0)
                | (own is not null ? OpFlags.SourceOfOwnTree : 0)
                | (prepared?.MapsLater == true ? OpFlags.MapsIds : 0)
                | (options.TargetNoFollow ? OpFlags.TargetNoFollow : 0)
                | (prepared?.Detached == true ? OpFlags.Detached : 0),
            Why = Why(destination, "bind"),
            IfLeftOut = "{source} of the host is not on {path}",
        });
        if (destination == "/dev") dev.IsBound = true;
    }

    private void AddLink(string destination, string text) => plan.Add(new SymlinkOp
    {
        Name = destination[1..],
        Text = text,
        Target = dev.Target(destination),
        IsInRoot = true,
        Flags = dev.At(destination) | OpFlags.MayExist,
        Path = destination,
        Why = "option copy-symlink: the source is a symlink",
    });

    /// <summary>In runc's words, which clients look for, where a document is somebody else's.</summary>
    private UserError Missing(string source, string destination) => !_policy.NamesPlaces ? BindSource.Missing(source, destination)
        : Wrong("source", $"error mounting \"{source}\" to rootfs at \"{destination}\": stat {source}: no such file or directory",
            "create it first, or check the permissions of its path");

    /// <summary>
    /// Options that belong to a file system are handed to the kernel (config.md, "Linux mount options"), which passes over them for a bind
    /// mount: their file system has its own already. A word without a value is more likely a flag that is misspelt, such as "nosiud", and
    /// must not be lost.
    /// </summary>
    private void CheckData(string data)
    {
        if (data.Length == 0) return;
        string[] given = data.TrimEnd('\0').Split('\0');
        if (Array.Find(given, option => !option.Contains('=')) is { } word)
            throw Wrong("options", $"bind mounts cannot have any filesystem-specific options applied: '{word}'",
                "the options of a bind mount are those that `minirun-oci features` lists");
        string all = string.Join(',', given);
        spec.Warn($"{Place}.options: '{all}' has no effect: a bind mount shows a file system that is mounted already");
    }

    /// <summary>
    /// A new sysfs is for who owns the network namespace, a new procfs for who owns the pid namespace: a container that shares it sees the
    /// runtime's own, with the options asked for. So, too, where the kernel refuses a new one to a container in a container, since the
    /// outer one hides a part: sysfs as crun does, procfs only for <c>minirun run</c>, which has said that it will do.
    /// </summary>
    private string? Fallback(string type) =>
        type is not ("proc" or "sysfs") || !(_policy.AlwaysFallsBack || InUserNamespace) ? null
        : type == "sysfs" ? spec.Require.Contains("sysfs") ? null : "/sys"
        : spec.ProcFallsBack || !spec.Has(sched.CLONE_NEWPID) ? "/proc" : null;
}
