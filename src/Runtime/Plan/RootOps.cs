using Minirun.Plan;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>The two kinds of root mount, and what both have to have become in the end.</summary>
internal static class RootOps
{
    private const string Without = "there is no root mount to enter";

    /// <param name="spec">Whose root it is.</param>
    /// <param name="follows">Mounts that the host makes below it appear in the container.</param>
    /// <param name="inPlace">It is found by its path.</param>
    /// <param name="shared">The mount that it lies in is shared with the host, which must not see it.</param>
    public static Operation Bind(ContainerSpec spec, bool follows = false, bool inPlace = false, bool shared = false) => new()
    {
        Name = "root",
        Code = OpCode.BindRoot,
        A = !follows ? 0 : shared ? 2 : 1,
        B = inPlace ? 1 : 0,
        C = shared && !follows ? 1 : 0,
        D = Attributes(spec),
        Path = spec.Oci.Root.Path,
        Why = inPlace ? "pivot_root wants a mount point, so the directory is bound; in its own place, where hooks look for it"
            : "pivot_root wants a mount point, so the directory is bound; out of every path's way until it is entered",
        IfLeftOut = Without,
    };

    public static Operation Overlay(ContainerSpec spec) => new()
    {
        Name = "root",
        Code = OpCode.OverlayRoot,
        S1 = "mode=755\0",
        S2 = spec.OverlayFlag,
        D = Attributes(spec),
        Path = spec.Oci.Root.Path,
        Why = "an overlay with its upper layer in memory: every write is thrown away at the end",
        IfLeftOut = Without,
    };

    private static long Attributes(ContainerSpec spec) => spec.RootHasNoDevices ? Linux.sys_mount.MOUNT_ATTR_NODEV : 0;

    /// <summary>Without a mount namespace there is only the directory.</summary>
    public static Operation Open(ContainerSpec spec) => new()
    {
        Name = "root",
        Code = OpCode.OpenRoot,
        Path = spec.Oci.Root.Path,
        Why =
            spec.MountsOnHost ? "no mount namespace: the directory, bound on itself beforehand, so that what is mounted in it goes with it"
            : "no mount namespace: the directory is used as it is",
    };

    public static Operation Chroot() => new()
    {
        Name = "chroot",
        Code = OpCode.Chroot,
        Why = "enter the root file system; without a mount namespace this is only a change of view",
    };

    public static Operation ReadOnly() => new()
    {
        Name = "read-only-root",
        Code = OpCode.RootAttributes,
        A = Linux.sys_mount.MOUNT_ATTR_RDONLY,
        Path = "/",
        Why = "root.readonly: nothing can be written to the root file system",
    };

    /// <summary>The last look, before any right is given up.</summary>
    /// <param name="entered">The operation that entered the root: without that one there is none of this; null: the root was
    /// joined.</param>
    public static Operation Check(Operation? entered) => new()
    {
        Name = "check-root",
        Code = OpCode.CheckRoot,
        Of = entered,
        A = entered is null ? 2 : entered.Code == OpCode.MoveRoot ? 1 : 0,
        Path = "/",
        Why = $"\"/..\" is \"/\", {(entered is null ? "" : "no mount of the host's is left, ")}no directory of the caller's came along: "
            + $"else nothing is executed",
        IfLeftOut = "nobody has proved that the host's tree is gone",
    };
}
