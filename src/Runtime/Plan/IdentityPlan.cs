using Minirun.Plan;
using Minirun.Linux;
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
        // Of `minirun run` nothing can be missing: it asks for no more than there is.
        OpFlags warn = spec.FromBundle ? OpFlags.Warn : OpFlags.None;
        plan.Add(new()
        {
            Name = "bounding-caps",
            Code = OpCode.Bounding,
            A = (long)sets.Bounding,
            Why = "capabilities outside this set can never be gained again, not even by a set-user-ID program",
            IfLeftOut = "a root process inside has every capability of its namespaces"
        });
        int ours = spec.Oci.Process.Terminal ? AllStreams : spec.OwnsPipes ? 0 : spec.Relayed;
        // The caller's own, which pass through, stay his.
        if (ours != 0 || spec.OwnsPipes) plan.Add(new()
        {
            Name = "stdio-owner",
            Code = OpCode.StdioOwner,
            A = spec.Oci.Process.User.Uid,
            B = ours,
            C = spec.OwnsPipes && ours == 0 ? 1 : 0,
            Why = "the terminal or the pipes that are stdin, stdout and stderr belong to the command's user, who may open /dev/stdout or "
                + "/dev/tty by name",
            IfLeftOut = "echo >/dev/stderr is refused to a user other than root",
        });
        AddUser(plan);
        plan.Add(new()
        {
            Name = "caps",
            Code = OpCode.Capabilities,
            A = (long)(sets.Effective | (forFilter ? SysAdmin : 0)),
            B = (long)(sets.Permitted | (forFilter ? SysAdmin : 0)),
            C = (long)sets.Inheritable,
            D = (long)sets.Ambient,
            Flags = warn,
            Why = "what the command may do of root's powers, within its own namespaces",
            IfLeftOut = "the command starts with the capabilities that made the container",
        });
        return sets;
    }

    /// <summary>After the filter.</summary>
    public static void AddLast(ContainerPlan plan, CapabilityGrant sets)
    {
        if ((sets.Effective & sets.Permitted & SysAdmin) != 0) return;
        plan.Add(new()
        {
            Name = "caps-last",
            Code = OpCode.Capabilities,
            A = (long)sets.Effective,
            B = (long)sets.Permitted,
            C = (long)sets.Inheritable,
            D = (long)sets.Ambient,
            // A second time nothing is missing that was not said the first time.
            Flags = plan.Spec.FromBundle ? OpFlags.Optional : OpFlags.None,
            Why = "CAP_SYS_ADMIN was kept for the filter, and goes now",
            IfLeftOut = "the command starts with CAP_SYS_ADMIN",
        });
    }

    private static void AddUser(ContainerPlan plan)
    {
        ContainerSpec spec = plan.Spec;
        OciUser user = spec.Oci.Process.User;
        int groups = user.AdditionalGids?.Count ?? (spec.FromBundle ? 0 : -1);
        if (spec.DeniesSetgroups)
        {
            if (groups > 0)
                throw new UserError("process.user.additionalGids: cannot set any additional groups in a rootless container",
                    "leave them out, or map the groups with newgidmap (a range in /etc/subgid)");
            groups = -1;
        }
        plan.Add(new()
        {
            Name = "user",
            Code = OpCode.Identity,
            A = user.Uid,
            B = user.Gid,
            C = groups,
            D = spec.DieWithParent ? signal.SIGKILL : 0,
            S1 = groups > 0 ? Bytes(user.AdditionalGids!) : null,
            Flags = spec.FromBundle && groups == 0 ? OpFlags.Optional : OpFlags.None,
            Why = "the command's user and groups; none of the caller's groups stay, where the map allows to give them up",
            IfLeftOut = "the command runs as the user that made the container",
        });
    }

    private static CapabilityGrant Capabilities(ContainerSpec spec, Host host)
    {
        OciCapabilities? wanted = spec.Oci.Process.Capabilities;
        if (!spec.FromBundle)
            return new(spec.Capabilities, spec.Capabilities, spec.Capabilities, CapabilitySet.Parse(wanted!.Inheritable),
                CapabilitySet.Parse(wanted.Ambient));
        // Whoever enters a user namespace that is below his own has all capabilities in it.
        ulong held = spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER) ? capability.All : host.Capabilities;
        return CapabilityGrant.Of(wanted, held, spec.Warn);
    }

    private static byte[] Bytes(List<uint> groups)
    {
        byte[] bytes = new byte[groups.Count * sizeof(uint)];
        for (int i = 0; i < groups.Count; i++) BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(uint)), groups[i]);
        return bytes;
    }
}
