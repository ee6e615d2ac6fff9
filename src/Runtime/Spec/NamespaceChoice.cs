using Minirun.Linux;
using Minirun.Runtime.Namespaces;

namespace Minirun.Runtime.Spec;

/// <summary>Which namespaces a container gets.</summary>
internal static class NamespaceChoice
{
    /// <summary>
    /// All but the network one: making it is over half of the cost of all, and what a lab or a test starts wants to reach, or be reached from, the
    /// host (docs/namespaces.md).
    /// </summary>
    private const ulong Default = sched.CLONE_NEWUSER | sched.CLONE_NEWPID | sched.CLONE_NEWUTS | sched.CLONE_NEWNS | sched.CLONE_NEWIPC | sched.CLONE_NEWCGROUP;

    public static ulong Choose(RunOptions options)
    {
        if (options.OnlyNamespaces is { } list)
        {
            ulong only = 0;
            foreach (string name in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                if (name != "none") only |= NamespaceSet.Flag(name);
            return only;
        }
        ulong flags = Default;
        flags = Apply(flags, sched.CLONE_NEWPID, "--pid", options.Pid);
        flags = Apply(flags, sched.CLONE_NEWUTS, "--uts", options.Uts);
        flags = Apply(flags, sched.CLONE_NEWIPC, "--ipc", options.Ipc);
        flags = Apply(flags, sched.CLONE_NEWCGROUP, "--cgroupns", options.CgroupNs);
        flags = ApplyNet(flags, options.Net);
        return options.UserNs is ["host"] ? flags & ~sched.CLONE_NEWUSER : flags;
    }

    private static ulong Apply(ulong flags, ulong flag, string option, string? value) => value switch
    {
        null or "private" => flags,
        "host" => flags & ~flag,
        _ => throw new UserError($"{option}: unknown mode '{value}'", $"write {option} host to share the host's, or {option} private for a new one (the default)"),
    };

    private static ulong ApplyNet(ulong flags, string? value) => value switch
    {
        null or "host" => flags,
        "none" => flags | sched.CLONE_NEWNET,
        _ => throw new UserError($"--net: unknown mode '{value}'", "write --net host (the default) or --net none (a new network with only lo)"),
    };
}
