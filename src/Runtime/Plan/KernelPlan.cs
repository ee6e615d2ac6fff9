using System.Globalization;
using System.Text;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The operations that set what the kernel keeps in /proc for a container: the offsets of its clocks, and its kernel parameters.
/// </summary>
internal static class KernelPlan
{
    /// <summary>Before the root is entered: a procfs to write to, when something will be written, and the time namespace.</summary>
    public static void Open(ContainerPlan plan)
    {
        ContainerSpec spec = plan.Spec;
        bool newTime = (spec.Unshared & sched.CLONE_NEWTIME) != 0;
        bool wantsScore = spec.Joins(sched.CLONE_NEWUSER) && spec.Oci.Process.OomScoreAdj is not null;
        if (newTime || wantsScore || spec.Oci.Linux.Sysctl is { Count: > 0 } || LabelPlan.IsWanted(spec.Oci.Process))
            OpenProc(plan, descriptor: 0, OpFlags.Fallback);
        if (!newTime) return;
        string offsets = Offsets(spec.Oci.Linux.TimeOffsets);
        bool asksParent = spec.Joins(sched.CLONE_NEWUSER) && offsets.Length > 0;
        if (asksParent) AskForOffsets(plan, offsets);
        AddTimeNamespace(plan, asksParent ? "" : offsets, isMade: asksParent);
    }

    /// <summary>
    /// A procfs of fork-news' own. <paramref name="descriptor"/>: one that was opened before the namespaces of a container were joined; 0
    /// for none.
    /// </summary>
    public static void OpenProc(ContainerPlan plan, int descriptor, OpFlags flags = OpFlags.None) => plan.Add(new OpenProcOp
    {
        Name = "own-proc",
        Descriptor = descriptor,
        Flags = flags,
        Path = "/proc",
        Why = "a procfs that nobody has mounted anything in: what is written to /proc from here on goes where it is meant to "
            + "(CVE-2025-52881)",
    });

    public static void Sysctls(ContainerPlan plan, Host host)
    {
        foreach (var (name, value) in plan.Spec.Oci.Linux.Sysctl ?? [])
        {
            CheckNetwork(name, plan.Spec, host);
            plan.Add(new SysctlOp
            {
                Name = "sysctl:" + name,
                Parameter = name,
                File = "sys/" + Sysctl.FilePath(name),
                Content = value,
                Why = "a kernel parameter of the container's own namespaces",
                IfLeftOut = "the parameter has the kernel's default",
            });
        }
    }

    /// <summary>A network namespace that is joined may turn out to be the host's: then its parameters are the machine's.</summary>
    /// <exception cref="UserError">The namespace is the host's.</exception>
    private static void CheckNetwork(string name, ContainerSpec spec, Host host)
    {
        if (!Sysctl.FilePath(name).StartsWith("net/", StringComparison.Ordinal)) return;
        foreach (JoinedNamespace joined in spec.Joined)
            if (joined.Flag == sched.CLONE_NEWNET && host.IsSameFile(joined.Path, "/proc/self/ns/net"))
                throw new UserError(
                    $"linux.sysctl.{name}: sysctl \"{name}\" not allowed in host network namespace",
                    "leave it out, or give the container a network namespace of its own");
    }

    /// <summary>
    /// The files of a process that cannot be dumped are root's (proc(5)), and whoever enters a user namespace is one (src/Init/Joining.cs).
    /// </summary>
    private static void AskForOffsets(ContainerPlan plan, string offsets)
    {
        plan.Add(new UnshareOp
        {
            Name = "new-time-namespace",
            Namespaces = sched.CLONE_NEWTIME,
            Why = "clocks of its own; their offsets can be set until the first process enters",
        });
        plan.Add(new AskForClocksOp
        {
            Name = "time-offsets",
            Offsets = offsets,
            Why = "minirun writes the offsets: a process that has entered a user namespace may not write its own files in /proc",
        });
    }

    private static void AddTimeNamespace(ContainerPlan plan, string offsets, bool isMade) => plan.Add(new TimeNamespaceOp
    {
        Name = "time-namespace",
        Offsets = offsets,
        IsMade = isMade,
        Why = "clocks of its own: monotonic and boottime are shifted (time_namespaces(7))",
        IfLeftOut = "the container sees how long the host has been up",
    });

    /// <summary>As the kernel reads them.</summary>
    private static string Offsets(Dictionary<string, OciTimeOffset>? offsets)
    {
        var text = new StringBuilder();
        foreach (var (clock, offset) in offsets ?? [])
            text.Append(CultureInfo.InvariantCulture, $"{clock} {offset.Secs} {offset.Nanosecs}\n");
        return text.ToString();
    }
}
