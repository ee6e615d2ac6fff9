using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security;

/// <summary>
/// The five sets of a document, and what of them cannot be had: that is a warning, not an error (config.md, capabilities). Each set is
/// taken as it is given; the inheritable one is never filled from another (CVE-2022-29162).
/// </summary>
internal readonly record struct CapabilityGrant(ulong Bounding, ulong Permitted, ulong Effective, ulong Inheritable, ulong Ambient)
{
    /// <param name="wanted">The document's; null for none at all.</param>
    /// <param name="held">What the runtime has to give.</param>
    /// <param name="warn">Hears what cannot be granted.</param>
    public static CapabilityGrant Of(OciCapabilities? wanted, ulong held, Action<string> warn)
    {
        if (wanted is null) return default;
        ulong asked = 0;
        ulong bounding = Parse(wanted.Bounding, "bounding", ref asked, warn),
            permitted = Parse(wanted.Permitted, "permitted", ref asked, warn);
        ulong effective = Parse(wanted.Effective, "effective", ref asked, warn),
            inheritable = Parse(wanted.Inheritable, "inheritable", ref asked, warn);
        ulong ambient = Parse(wanted.Ambient, "ambient", ref asked, warn);
        if ((asked & ~held) is not 0 and var missing)
            warn(
                $"process.capabilities: {List(missing)} cannot be granted: the runtime does not have "
                    + $"{(ulong.IsPow2(missing) ? "it" : "them")}");
        bounding &= held;
        permitted &= held;
        effective = Within(effective & held, permitted, "effective", "permitted", warn);
        inheritable = Within(inheritable & held, bounding, "inheritable", "bounding", warn);
        ambient = Within(ambient & held, permitted & inheritable, "ambient", "permitted and inheritable", warn);
        return new CapabilityGrant(bounding, permitted, effective, inheritable, ambient);
    }

    private static ulong Parse(List<string> names, string set, ref ulong asked, Action<string> warn)
    {
        ulong result = 0;
        for (int i = 0; i < names.Count; i++)
        {
            int number = capability.Find(names[i]);
            if (number >= 0) result |= 1UL << number;
            else warn($"process.capabilities.{set}[{i}]: unknown capability '{names[i]}' is passed over");
        }
        asked |= result;
        return result;
    }

    /// <summary>The kernel's rules between the sets (capabilities(7)): what breaks them cannot be granted.</summary>
    private static ulong Within(ulong set, ulong limit, string name, string limitName, Action<string> warn)
    {
        if ((set & ~limit) is not 0 and var outside)
            warn(
                name == "ambient"
                    ? $"can't raise ambient capability {List(outside)}: not in the sets {limitName} (process.capabilities.ambient)"
                : $"process.capabilities.{name}: {List(outside)} cannot be granted: not in the set {limitName}");
        return set & limit;
    }

    private static string List(ulong set) => string.Join(", ", CapabilitySet.Names(set));
}
