using Minirun.Linux;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>What linux.netDevices may ask for (config-linux.md, "Network Devices").</summary>
internal static class NetDeviceNames
{
    /// <summary>IFNAMSIZ without the end of the string.</summary>
    private const int LongestName = 15;

    /// <exception cref="UserError">The document asks for what cannot be.</exception>
    public static void Check(ContainerSpec spec)
    {
        if (spec.Oci.Linux.NetDevices is not { Count: > 0 } devices) return;
        if (!spec.Has(sched.CLONE_NEWNET) && !spec.Joins(sched.CLONE_NEWNET))
            throw new UserError(
                "linux.netDevices: unable to move network devices without a private NET namespace",
                "add {\"type\": \"network\"} to linux.namespaces");
        foreach (var (name, device) in devices)
            foreach (string each in (string[])[name, device.Name is { Length: > 0 } inside ? inside : name])
                if (each.Length is 0 or > LongestName || each is "." or ".." || each.AsSpan().IndexOfAny("/: ") >= 0)
                    throw new UserError(
                        $"linux.netDevices: invalid network device name '{each}'",
                        $"a name has at most {LongestName} letters, and no slash, colon or space");
    }
}
