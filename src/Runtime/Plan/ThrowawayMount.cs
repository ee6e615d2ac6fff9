using Minirun.Plan;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>An overlay over a mount's source, whose upper layer goes with the container.</summary>
internal static class ThrowawayMount
{
    public static Operation Of(ContainerSpec spec, OciMount mount, string target, OpFlags flags, MountOptions options, string? place) =>
        new()
    {
        Name = mount.Destination.TrimStart('/') is { Length: > 0 } name ? name : "/",
        Code = OpCode.MountOverlay,
        S1 = mount.Source,
        S2 = target,
        S3 = "mode=755\0",
        S4 = spec.OverlayFlag,
        Path = mount.Destination,
        A = options.Set | options.TreeSet,
        Flags = flags,
        Place = place,
        Why = "an overlay over the directory: writes are thrown away at the end",
        IfLeftOut = "{source} of the host is not on {path}",
    };
}
