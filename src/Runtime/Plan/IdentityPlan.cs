using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that give the command its user, groups and capabilities.</summary>
internal static class IdentityPlan
{
    private const ulong SysAdmin = 1UL << 21;
    private const int AllStreams = 7;

    /// <param name="plan">What is added to.</param>
    /// <param name="host">What is held.</param>
    /// <param name="forFilter">CAP_SYS_ADMIN is still needed; <see cref="AddLast"/> takes it away.</param>
    public static CapabilityGrant Add(ContainerPlan plan, Host host, bool forFilter)
    {
        ContainerSpec spec = plan.Spec;
        CapabilityGrant sets = Capabilities(spec, host);
        plan.Add(new BoundingOp
        {
            Name = "bounding-caps",
            Kept = sets.Bounding,
            Why = "capabilities outside this set can never be gained again, not even by a set-user-ID program",
            IfLeftOut = "a root process inside has every capability of its namespaces",
        });
        int ours = spec.Oci.Process.Terminal ? AllStreams : spec.OwnsPipes ? 0 : spec.Relayed;
        // The caller's own, which pass through, stay his.
        if (ours != 0 || spec.OwnsPipes) plan.Add(new StdioOwnerOp
        {
            Name = "stdio-owner",
            Uid = spec.Oci.Process.User.Uid,
            Ours = ours,
            TakesPipes = spec.OwnsPipes && ours == 0,
            Why = "the terminal or the pipes that are stdin, stdout and stderr belong to the command's user, who may open /dev/stdout or "
                + "/dev/tty by name",
            IfLeftOut = "echo >/dev/stderr is refused to a user other than root",
        });
        AddUser(plan);
        plan.Add(new CapabilitiesOp
        {
            Name = "caps",
            Effective = sets.Effective | (forFilter ? SysAdmin : 0),
            Permitted = sets.Permitted | (forFilter ? SysAdmin : 0),
            Inheritable = sets.Inheritable,
            Ambient = sets.Ambient,
            Flags = spec.Policy.WarnsOfRefusals ? OpFlags.Warn : OpFlags.None,
            Why = "what the command may do of root's powers, within its own namespaces",
            IfLeftOut = "the command starts with the capabilities that made the container",
        });
        return sets;
    }

    /// <summary>After the filter.</summary>
    public static void AddLast(ContainerPlan plan, CapabilityGrant sets)
    {
        if ((sets.Effective & sets.Permitted & SysAdmin) != 0) return;
        plan.Add(new CapabilitiesOp
        {
            Name = "caps-last",
            Effective = sets.Effective,
            Permitted = sets.Permitted,
            Inheritable = sets.Inheritable,
            Ambient = sets.Ambient,
            // A second time nothing is missing that was not said the first time.
            Flags = plan.Spec.Policy.WarnsOfRefusals ? OpFlags.Optional : OpFlags.None,
            Why = "CAP_SYS_ADMIN was kept for the filter, and goes now",
            IfLeftOut = "the command starts with CAP_SYS_ADMIN",
        });
    }

    private static void AddUser(ContainerPlan plan)
    {
        ContainerSpec spec = plan.Spec;
        OciUser user = spec.Oci.Process.User;
        IReadOnlyList<uint>? groups = spec.DeniesSetgroups ? null : user.AdditionalGids ?? [];
        if (spec.DeniesSetgroups)
        {
            if (user.AdditionalGids is { Count: > 0 })
                throw new UserError("process.user.additionalGids: cannot set any additional groups in a rootless container",
                    "leave them out, or map the groups with newgidmap (a range in /etc/subgid)");
        }
        plan.Add(new IdentityOp
        {
            Name = "user",
            Uid = user.Uid,
            Gid = user.Gid,
            Groups = groups,
            DeathSignal = spec.DieWithParent ? signal.SIGKILL : 0,
            Flags = spec.Policy.WarnsOfRefusals && groups is { Count: 0 } ? OpFlags.Optional : OpFlags.None,
            Why = "the command's user and groups; none of the caller's groups stay, where the map allows to give them up",
            IfLeftOut = "the command runs as the user that made the container",
        });
    }

    private static CapabilityGrant Capabilities(ContainerSpec spec, Host host)
    {
        OciCapabilities? wanted = spec.Oci.Process.Capabilities;
        if (!spec.Policy.UsesCapabilityLists)
            return new(spec.Capabilities, spec.Capabilities, spec.Capabilities, CapabilitySet.Parse(wanted!.Inheritable),
                CapabilitySet.Parse(wanted.Ambient));
        // Whoever enters a user namespace that is below his own has all capabilities in it.
        ulong held = spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER) ? capability.All : host.Capabilities;
        return CapabilityGrant.Of(wanted, held, spec.Warn);
    }
}
