using Minirun.Linux;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>Which capabilities <c>minirun run</c> gives a container.</summary>
internal static class CapabilityChoice
{
    public static ulong Choose(RunOptions options, Host host, ulong namespaces)
    {
        ulong wanted = CapabilitySet.Combine(options.Privileged, options.CapAdd, options.CapDrop);
        // A new user namespace grants all capabilities over itself, and no device can be made in it.
        if ((namespaces & sched.CLONE_NEWUSER) != 0) return wanted;
        // Without one there is only what we already have, and a device that is made is the host's disk: only for those who name the
        // capability.
        return (CapabilitySet.IsAdded(options.CapAdd, capability.CAP_MKNOD) || options.Privileged
            ? wanted
            : wanted & ~(1UL << capability.CAP_MKNOD))
            & host.Capabilities;
    }

    public static OciCapabilities Lists(ulong set, ulong ambient)
    {
        List<string> names = CapabilitySet.Names(set);
        return new OciCapabilities
        {
            Bounding = names,
            Effective = names,
            Permitted = names,
            Inheritable = CapabilitySet.Names(ambient),
            Ambient = CapabilitySet.Names(ambient)
        };
    }
}
