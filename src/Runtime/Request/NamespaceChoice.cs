using Minirun.Linux;
using Minirun.Runtime.Namespaces;

namespace Minirun.Runtime.Request;

/// <summary>Which namespaces a container gets.</summary>
internal static class NamespaceChoice
{
    /// <summary>
    /// All but the network one: making it is over half of the cost of all, and what a lab or a test starts wants to reach, or be reached
    /// from, the host (docs/namespaces.md).
    /// </summary>
    private const ulong Default =
        sched.CLONE_NEWUSER | sched.CLONE_NEWPID | sched.CLONE_NEWUTS | sched.CLONE_NEWNS | sched.CLONE_NEWIPC | sched.CLONE_NEWCGROUP;

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

    /// <summary>What only a namespace gives is not left out in silence where that is missing: who asked for it would rely on it.</summary>
    /// <exception cref="UserError">Such a thing was asked for.</exception>
    public static void RefuseWithout(ulong namespaces, RunOptions options)
    {
        if ((namespaces & sched.CLONE_NEWNS) == 0)
        {
            string? asked = options.ReadOnly ? "--read-only"
                : options.Ephemeral ? "--ephemeral"
                : options.Devices.Count > 0 ? "--device " + options.Devices[0]
                : options.Mounts.Count > 0 ? "a mount on " + options.Mounts[0].Destination : null;
            if (asked is not null) throw Needs(asked, "a mount namespace", "mnt");
        }
        if ((namespaces & sched.CLONE_NEWUTS) == 0 && options.Hostname is not null)
            throw options.OnlyNamespaces is not null
                ? Needs("--hostname " + options.Hostname, "a UTS namespace", "uts")
                : new UserError($"--hostname {options.Hostname}: not with --uts host, whose name is the host's", "leave one of them out");
        if (options.OnlyNamespaces is null) return;
        RefuseOther(namespaces, sched.CLONE_NEWPID, "--pid", options.Pid, "a pid namespace", "pid");
        RefuseOther(namespaces, sched.CLONE_NEWUTS, "--uts", options.Uts, "a UTS namespace", "uts");
        RefuseOther(namespaces, sched.CLONE_NEWIPC, "--ipc", options.Ipc, "an IPC namespace", "ipc");
        RefuseOther(namespaces, sched.CLONE_NEWCGROUP, "--cgroupns", options.CgroupNs, "a cgroup namespace", "cgroup");
        if ((namespaces & sched.CLONE_NEWNET) == 0 && options.Net == "none") throw Needs("--net none", "a network namespace", "net");
        if ((namespaces & sched.CLONE_NEWUSER) == 0 && options.UserNs is [not ("host" or "auto"), ..])
            throw Needs("--userns " + options.UserNs[0], "a user namespace", "user");
    }

    /// <summary>--ns alone says which namespaces there are: another flag must not say otherwise.</summary>
    private static void RefuseOther(ulong namespaces, ulong flag, string option, string? value, string what, string name)
    {
        bool isNew = (namespaces & flag) != 0;
        Apply(0, flag, option, value);   // a word that means nothing is an error here, too
        if (value == "private" && !isNew) throw Needs($"{option} private", what, name);
        if (value == "host" && isNew) throw new UserError($"{option} host: not with {name} in --ns", "leave one of them out");
    }

    private static UserError Needs(string asked, string what, string name) =>
        new($"{asked}: needs {what}, which --ns leaves out", $"add {name} to the list of --ns");

    private static ulong Apply(ulong flags, ulong flag, string option, string? value) => value switch
    {
        null or "private" => flags,
        "host" => flags & ~flag,
        _ => throw new UserError($"{option}: unknown mode '{value}'",
            $"write {option} host to share the host's, or {option} private for a new one (the default)"),
    };

    private static ulong ApplyNet(ulong flags, string? value) => value switch
    {
        null or "host" => flags,
        "none" => flags | sched.CLONE_NEWNET,
        _ => throw new UserError($"--net: unknown mode '{value}'",
            "write --net host (the default) or --net none (a new network with only lo)"),
    };
}
