using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that hide, or make read-only, what shows or steers the whole machine.</summary>
internal sealed class HidingPlan(ContainerSpec spec, Host host, ContainerPlan plan)
{
    private readonly Policy _policy = spec.Policy;

    public void Add()
    {
        List<string> masked = spec.Oci.Linux.MaskedPaths, readOnly = spec.Oci.Linux.ReadonlyPaths;
        for (int i = 0; i < masked.Count; i++)
            if (masked.IndexOf(masked[i]) == i) AddMask(MountPaths.Clean(masked[i]));
        // A place in the root itself is cloned onto itself, and what is unbindable cannot be cloned; nothing of the host's is bound from
        // here on.
        foreach (string path in readOnly)
            if (!path.StartsWith("/proc/", StringComparison.Ordinal) && !path.StartsWith("/sys/", StringComparison.Ordinal))
            {
                plan.Add(new SettleRootOp
                {
                    Name = "bindable-root",
                    Path = "/",
                    Why = "a place in the root is to be bound on itself, read-only"
                });
                break;
            }
        foreach (string path in readOnly) AddReadOnly(MountPaths.Clean(path));
    }

    private void AddMask(string path)
    {
        if (path.Length == 1 || Kind(path) is not { } kind) return;
        plan.Add(new MaskOp
        {
            Name = "mask:" + path,
            Target = path[1..],
            Path = path,
            Flags = OpFlags.Optional | kind,
            Why = _policy.WhyMasked,
            IfLeftOut = "{path} of the whole machine can be read",
        });
    }

    private void AddReadOnly(string path)
    {
        if (Kind(path) is not { } kind) return;
        string target = path.Length > 1 ? path[1..] : ".";
        plan.Add(new ReadOnlyPathOp
        {
            Name = "readonly:" + path,
            Source = target,
            Target = target,
            Path = path,
            Change = new() { TreeSet = sys_mount.MOUNT_ATTR_RDONLY },
            Flags = OpFlags.Recursive | OpFlags.SourceInRoot | OpFlags.Optional | (kind & OpFlags.File),
            Why = _policy.WhyPathIsReadOnly,
            IfLeftOut = "root inside may write what the kernel lets it below {path}",
        });
    }

    /// <summary>
    /// Whether it is a file. That is seen inside, but for the paths that minirun chose itself: what the host's proc and sysfs lack, new
    /// ones lack too. Null: it is left out.
    /// </summary>
    private OpFlags? Kind(string path) =>
        !_policy.HidesAtOnce ? OpFlags.EitherKind
        : host.FileType(path) switch { 0 => null, sys_stat.S_IFDIR => OpFlags.None, _ => OpFlags.File };
}
