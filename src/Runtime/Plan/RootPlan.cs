using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The root file system of a container: how mounts are cut off from the host's, what the root is made of, what is mounted and hidden in it,
/// the one way in, and the check that it led in.
/// </summary>
internal sealed class RootPlan
{
    private readonly ContainerSpec _spec;
    private readonly Host _host;
    private readonly ContainerPlan _plan;
    private readonly long _propagation;
    private readonly bool _recursive;
    private MountPlan? _mounts;

    public RootPlan(ContainerSpec spec, Host host, ContainerPlan plan)
    {
        _spec = spec;
        _host = host;
        _plan = plan;
        if (spec.Oci.Linux.RootfsPropagation is not { Length: > 0 } name) return;
        (_propagation, _recursive) = MountOptions.PropagationOf(name);
        if (_propagation == 0) throw new UserError(
            $"linux.rootfsPropagation: unknown propagation '{name}'",
            "it is one of private, slave, shared, unbindable, or of these with an r before");
    }

    private bool HasNamespace => _spec.Has(sched.CLONE_NEWNS) || (_spec.JoinedProcess < 0 && _spec.Joins(sched.CLONE_NEWNS));

    /// <summary>
    /// Hooks that are called before the root is entered add to it by its path, as those for GPUs do. Entered by chroot it has to lie on
    /// "/".
    /// </summary>
    private bool HooksLook => !_spec.NoPivot && (_spec.AsksForHooks || _spec.Oci.Hooks?.CreateContainer is { Count: > 0 });

    /// <summary>No mount in the namespace can reach the host any more: each is private, or a slave.</summary>
    private bool IsCutOff => _propagation == 0 || (_recursive && _propagation != sys_mount.MS_SHARED);

    /// <summary>Everything that is mounted and made before the hooks of the container run.</summary>
    public void Mount()
    {
        if (!HasNamespace)
        {
            Refuse();
            _plan.Add(Open(_spec));
            if (_spec.MountsOnHost) MountAll(treeFollows: false);
            return;
        }
        bool treeFollows = _spec.Policy.CutsOff && CutOff();
        RootPropagation origin = default;
        if (!_spec.Policy.CutsOff)
        {
            Propagate();
            origin = RootPropagation.Of(_spec, _host, _propagation, _recursive);
        }
        long attributes = _spec.RootHasNoDevices ? sys_mount.MOUNT_ATTR_NODEV : 0;
        _plan.Add(_spec.Ephemeral
            ? new OverlayRootOp { Path = _spec.Oci.Root.Path, Attributes = attributes, UsesUserAttributes = _spec.OverlaysAsUser }
            : new BindRootOp(inPlace: HooksLook || (!_spec.NoPivot && !IsCutOff))
            {
                Path = _spec.Oci.Root.Path,
                Attributes = attributes,
                Follows = origin.Follows,
                IsShared = origin.IsShared,
            });
        MountAll(treeFollows);
        if (_spec.Policy.HidesAtOnce) Hide();
    }

    /// <summary>The directory as it is: without a mount namespace, or where the namespaces of a process have been joined.</summary>
    public static OpenRootOp Open(ContainerSpec spec) => new()
    {
        Path = spec.Oci.Root.Path,
        Why = spec.MountsOnHost
            ? "no mount namespace: the directory, bound on itself beforehand, so that what is mounted in it goes with it"
            : "no mount namespace: the directory is used as it is",
    };

    public static ChrootOp Chroot() => new()
    {
        Name = "chroot",
        Why =
            "enter the root file system; without a mount namespace this is only a change of view: the host's mounts stay reachable, and a "
            + "process with CAP_SYS_CHROOT can climb out",
        IfLeftOut = "the command runs in the host's file system",
    };

    /// <summary>What is read-only or hidden becomes so; then the root is entered.</summary>
    public void Enter()
    {
        if (!_spec.Policy.HidesAtOnce) Hide();
        if (!HasNamespace)
        {
            _plan.Add(Chroot());
            if (_spec.Oci.Root.Readonly) _plan.Add(ReadOnly());
            return;
        }
        EnterRootOp entered = _spec.NoPivot ? MoveRoot() : new PivotRootOp
        {
            Name = "pivot_root",
            OldIsShared = !IsCutOff,
            Why = "the root file system becomes \"/\" and the host's tree is detached: there is no way back, unlike with chroot",
            IfLeftOut = "the command runs in the host's file system and sees all of it",
        };
        _plan.Add(entered);
        if (_propagation is sys_mount.MS_SHARED or sys_mount.MS_UNBINDABLE) _plan.Add(new RootAttributesOp
        {
            Name = "root-propagation",
            Propagation = _propagation,
            Flags = _recursive && _propagation == sys_mount.MS_UNBINDABLE ? OpFlags.PropagationRecursive : OpFlags.None,
            Path = "/",
            Why = "as linux.rootfsPropagation says; now that the root is the container's own",
        });
        if (_spec.Oci.Root.Readonly) _plan.Add(ReadOnly());
        _plan.Add(new CheckRootOp(entered));
    }

    private void MountAll(bool treeFollows)
    {
        DevPlace dev = new();
        _mounts = new MountPlan(_spec, _host, _plan, dev, treeFollows);
        for (int i = 0; i < _spec.Oci.Mounts.Count; i++)
            foreach (OciMount part in SysTree.Parts(_spec, _host, _spec.Oci.Mounts[i])) _mounts.Add(part, i);
        if (!_spec.Policy.BindsDevices) new DevicePlan(_spec, _host, _plan, dev).Add();
    }

    private void Hide()
    {
        _mounts?.MakeReadOnly();
        if (HasNamespace) new HidingPlan(_spec, _host, _plan).Add();
    }

    private RootAttributesOp ReadOnly() => new()
    {
        Name = "read-only-root",
        Attributes = sys_mount.MOUNT_ATTR_RDONLY,
        Path = "/",
        Why = _spec.Policy.WhyReadOnly + ": nothing can be written to the root file system",
        IfLeftOut = "the command can write to its root file system",
    };

    private MoveRootOp MoveRoot()
    {
        string paths = "";
        foreach (MountInfo mount in _host.AllMounts)
            if (mount.Root == "/" && mount.Type is "proc" or "sysfs") paths += mount.Path + "\0";
        return new()
        {
            Name = "move-root",
            KernelMounts = paths.Length > 0 ? paths : null,
            Why = "--no-pivot: the root lies on top of \"/\" and is entered by chroot; the host's procfs and sysfs below it are taken "
                + "away first",
        };
    }

    /// <summary>
    /// Without a mount namespace of its own: what is hidden would be hidden from the host, should the root be its own, and who is in a user
    /// namespace may not mount in the host's namespace (mount_namespaces(7)).
    /// </summary>
    private void Refuse()
    {
        const string hint = "add {\"type\": \"mount\"} to linux.namespaces";
        string? refused = _spec.Oci.Linux.MaskedPaths.Count > 0 ? "linux.maskedPaths: unable to restrict sys entries"
            : _spec.Oci.Linux.ReadonlyPaths.Count > 0 ? "linux.readonlyPaths: unable to restrict sys entries"
            : !_spec.MountsOnHost || !(_spec.Has(sched.CLONE_NEWUSER) || _spec.Joins(sched.CLONE_NEWUSER)) ? null
            : _spec.Oci.Root.Readonly ? "root.readonly: unable to make the root read-only in a user namespace"
            : "mounts: unable to mount in a user namespace";
        if (refused is not null) throw new UserError(refused + " without a private MNT namespace", hint);
        if (_propagation != 0) _spec.Warn("linux.rootfsPropagation has no effect without a mount namespace of the container's own");
    }

    /// <summary>
    /// Nothing goes from one side to the other, but where a volume is to follow the host. Gives whether the tree as a whole does.
    /// </summary>
    private bool CutOff()
    {
        bool follows =
            _spec.Oci.Mounts.Exists(mount => mount.Options.Exists(option => option is "slave" or "rslave" or "shared" or "rshared"));
        _plan.Add(new PropagationOp
        {
            Name = "private-mounts",
            Propagation = sys_mount.MS_REC | (follows ? sys_mount.MS_SLAVE : sys_mount.MS_PRIVATE),
            Why = follows ? "nothing mounted here appears on the host; a volume asked to be slave or shared follows the host"
                : "what is mounted on one side never appears on the other (mount_namespaces(7))",
            IfLeftOut = "mounts may propagate between the container and the host",
        });
        return follows;
    }

    /// <summary>
    /// runc's rule: what the host mounts later appears inside, never the other way round, when nothing else is said. An unbindable tree
    /// could not be bound any more: it is private until the root is entered.
    /// </summary>
    private void Propagate()
    {
        long propagation = _propagation switch
        {
            0 => sys_mount.MS_SLAVE | sys_mount.MS_REC,
            sys_mount.MS_UNBINDABLE => sys_mount.MS_PRIVATE,
            _ => _propagation,
        };
        _plan.Add(new PropagationOp
        {
            Name = "mount-propagation",
            Propagation = propagation | (_recursive ? (long)sys_mount.MS_REC : 0),
            Why = _propagation == 0 ? "nothing mounted here appears on the host (mount_namespaces(7))"
                : "as linux.rootfsPropagation says (mount_namespaces(7))",
        });
        if (_propagation == sys_mount.MS_SHARED && _spec.NoPivot) _plan.Add(new PropagationOp
        {
            Name = "private-root",
            Propagation = sys_mount.MS_PRIVATE,
            Why = "what is mounted on \"/\" itself must not appear on the host",
        });
    }
}
