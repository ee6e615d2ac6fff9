using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The operations that tell AppArmor and SELinux under which profile or label the command runs. Both take effect at execve.
/// </summary>
internal static class LabelPlan
{
    private const string Unconfined = "unconfined";

    public static bool IsWanted(OciProcess process) =>
        process.ApparmorProfile is { Length: > 0 } || process.SelinuxLabel is { Length: > 0 };

    /// <exception cref="UserError">The module is not at work on this machine.</exception>
    public static void Add(ContainerPlan plan, Host host)
    {
        OciProcess process = plan.Spec.Oci.Process;
        if (process.ApparmorProfile is { Length: > 0 } profile) AddAppArmor(plan, profile, host);
        if (process.SelinuxLabel is { Length: > 0 } label) AddSelinux(plan, label, host);
    }

    private static void AddAppArmor(ContainerPlan plan, string profile, Host host)
    {
        if (!host.HasAppArmor)
        {
            // Without AppArmor everything is.
            if (profile == Unconfined) return;
            throw new UserError($"process.apparmorProfile: cannot apply the profile '{profile}': AppArmor is not enabled on this machine",
                "leave the profile out, or boot with apparmor=1 security=apparmor; /sys/module/apparmor/parameters/enabled says Y then");
        }
        plan.Add(new LabelOp
        {
            Name = "apparmor",
            File = "thread-self/attr/apparmor/exec",
            OlderFile = "thread-self/attr/exec",
            Content = "exec " + profile,
            Action = $"apply the AppArmor profile '{profile}'",
            Why = "the command runs confined by this AppArmor profile, from its first instruction on",
            IfLeftOut = "the command runs under the profile of the caller",
        });
    }

    private static void AddSelinux(ContainerPlan plan, string label, Host host)
    {
        if (!host.HasSelinux)
            throw new UserError("process.selinuxLabel: selinux label is specified in config, but selinux is disabled or not supported",
                "leave the label out, or boot with SELinux");
        plan.Add(new LabelOp
        {
            Name = "selinux",
            File = "thread-self/attr/exec",
            Content = label,
            Action = $"set the SELinux label '{label}'",
            Why = "the command runs under this SELinux label",
            IfLeftOut = "the command runs under the label of the caller",
        });
    }
}
