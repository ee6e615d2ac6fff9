using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The root file system of a bundle's container: propagation, the root mount, what is hidden at the end, and the way in.</summary>
internal sealed class BundleRoot
{
    private readonly ContainerSpec _spec;
    private readonly Host _host;
    private readonly ContainerPlan _plan;
    private readonly long _propagation;
    private readonly bool _recursive;
    private BundleMounts? _mounts;

    public BundleRoot(ContainerSpec spec, Host host, ContainerPlan plan)
    {
        _spec = spec;
        _host = host;
        _plan = plan;
        if (spec.Oci.Linux.RootfsPropagation is not { Length: > 0 } name) return;
        (_propagation, _recursive) = MountOptions.PropagationOf(name);
        if (_propagation == 0)
            throw new UserError($"linux.rootfsPropagation: unknown propagation '{name}'",
                "it is one of private, slave, shared, unbindable, or of these with an r before");
    }

    private bool HasNamespace => _spec.Has(sched.CLONE_NEWNS) || (_spec.JoinedProcess < 0 && _spec.Joins(sched.CLONE_NEWNS));

    /// <summary>
    /// Hooks that are called before the root is entered add to it by its path, as those for GPUs do. Entered by chroot it has to lie on
    /// "/".
    /// </summary>
    private bool HooksLook => !_spec.NoPivot && (_spec.AsksForHooks || _spec.Oci.Hooks?.CreateContainer is { Count: > 0 });

    /// <summary>Everything that is mounted and made before the hooks of the container run.</summary>
    public void Mount()
    {
        if (!HasNamespace)
        {
            Refuse();
            _plan.Add(RootOps.Open(_spec));
            if (_spec.MountsOnHost) MountAll();
            return;
        }
        Propagate();
        var origin = RootPropagation.Of(_spec, _host, _propagation, _recursive);
        bool inPlace = HooksLook || (!_spec.NoPivot && !IsCutOff);
        _plan.Add(_spec.Ephemeral ? RootOps.Overlay(_spec) : RootOps.Bind(_spec, origin.Follows, inPlace, origin.IsShared));
        MountAll();
    }

    private void MountAll()
    {
        _mounts = new BundleMounts(_spec, _host, _plan);
        for (int i = 0; i < _spec.Oci.Mounts.Count; i++)
            foreach (OciMount part in SysTree.Parts(_spec, _host, _spec.Oci.Mounts[i])) _mounts.Add(part, i);
        new BundleDevices(_spec, _host, _plan, _mounts).Add();
    }

    /// <summary>What is read-only or hidden becomes so; then the root is entered.</summary>
    public void Enter()
    {
        _mounts?.MakeReadOnly();
        if (!HasNamespace)
        {
            _plan.Add(RootOps.Chroot());
            if (_spec.Oci.Root.Readonly) _plan.Add(RootOps.ReadOnly());
            return;
        }
        HidePaths();
        Operation entered = _spec.NoPivot ? new()
        {
            Name = "move-root",
            Code = OpCode.MoveRoot,
            S1 = HostsKernelMounts(),
            Why = "--no-pivot: the root lies on top of \"/\" and is entered by chroot; the host's procfs and sysfs below it are taken "
                + "away first",
        } : new()
        {
            Name = "pivot_root",
            Code = OpCode.PivotRoot,
            A = IsCutOff ? 0 : 1,
            Why = "the root file system becomes \"/\" and the host's tree is detached: there is no way back, unlike with chroot",
        };
        _plan.Add(entered);
        if (_propagation is sys_mount.MS_SHARED or sys_mount.MS_UNBINDABLE) _plan.Add(new()
        {
            Name = "root-propagation",
            Code = OpCode.RootAttributes,
            C = _propagation,
            Flags = _recursive && _propagation == sys_mount.MS_UNBINDABLE ? OpFlags.PropagationRecursive : OpFlags.None,
            Path = "/",
            Why = "as linux.rootfsPropagation says; now that the root is the container's own",
        });
        if (_spec.Oci.Root.Readonly) _plan.Add(RootOps.ReadOnly());
        _plan.Add(RootOps.Check(entered));
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

    /// <summary>No mount in the namespace can reach the host any more: each is private, or a slave.</summary>
    private bool IsCutOff => _propagation == 0 || (_recursive && _propagation != sys_mount.MS_SHARED);

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
        _plan.Add(new()
        {
            Name = "mount-propagation",
            Code = OpCode.Propagation,
            A = propagation | (_recursive ? (long)sys_mount.MS_REC : 0),
            Why = _propagation == 0 ? "nothing mounted here appears on the host (mount_namespaces(7))"
                : "as linux.rootfsPropagation says (mount_namespaces(7))",
        });
        if (_propagation == sys_mount.MS_SHARED && _spec.NoPivot) _plan.Add(new()
        {
            Name = "private-root",
            Code = OpCode.Propagation,
            A = sys_mount.MS_PRIVATE,
            Why = "what is mounted on \"/\" itself must not appear on the host",
        });
    }

    private void HidePaths()
    {
        HashSet<string> seen = [];
        foreach (string path in _spec.Oci.Linux.MaskedPaths)
        {
            string clean = BundleMounts.Clean(path);
            if (clean.Length > 1 && seen.Add(clean)) _plan.Add(new()
            {
                Name = "mask:" + clean,
                Code = OpCode.Mask,
                S2 = clean[1..],
                Path = clean,
                D = BundleDevices.Number(1, 3),
                Flags = OpFlags.Optional | OpFlags.EitherKind,
                Why = "hidden, as linux.maskedPaths says",
            });
        }
        // A place in the root itself is cloned onto itself, and what is unbindable cannot be cloned; nothing of the host's is bound from
        // here on.
        if (_spec.Oci.Linux.ReadonlyPaths.Exists(
            path => !path.StartsWith("/proc/", StringComparison.Ordinal) && !path.StartsWith("/sys/", StringComparison.Ordinal)))
            _plan.Add(new()
        {
            Name = "bindable-root",
            Code = OpCode.SettleRoot,
            Path = "/",
            Why = "a place in the root is to be bound on itself, read-only",
        });
        foreach (string path in _spec.Oci.Linux.ReadonlyPaths)
        {
            string clean = BundleMounts.Clean(path);
            _plan.Add(new()
            {
                Name = "readonly:" + clean,
                Phase = Phase.Hiding,
                Code = OpCode.Bind,
                S1 = clean.Length > 1 ? clean[1..] : ".",
                S2 = clean,
                Path = clean,
                E = sys_mount.MOUNT_ATTR_RDONLY,
                Flags = OpFlags.Recursive | OpFlags.SourceInRoot | OpFlags.Optional,
                Why = "read-only, as linux.readonlyPaths says",
            });
        }
    }

    private string? HostsKernelMounts()
    {
        string paths = "";
        foreach (MountInfo mount in _host.AllMounts)
            if (mount.Root == "/" && mount.Type is "proc" or "sysfs") paths += mount.Path + "\0";
        return paths.Length > 0 ? paths : null;
    }
}
