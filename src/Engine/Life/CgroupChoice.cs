using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Life;

/// <summary>Where a background container has its cgroup: beside the command that starts it, not below, since it outlives that.</summary>
internal static class CgroupChoice
{
    /// <summary>
    /// On cgroup version 2 it is a scope of systemd's, where systemd can be asked: the machine's or the user's. Root has none without a
    /// limit where none can be made, as a user.
    /// </summary>
    /// <exception cref="Runtime.UserError">The container needs a cgroup that cannot be had.</exception>
    public static void Make(ContainerSpec spec, ContainerConfig config, RunOptions options, Host host)
    {
        OciSpec oci = spec.Oci;
        if (spec.NeedsOwnCgroup) Cgroup.CheckMounted();
        string? parent = options.CgroupParent;
        bool root = host.Uid == 0;
        bool slice = parent is not null && parent.EndsWith(".slice", StringComparison.Ordinal) && !parent.Contains('/');
        bool unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        config.SystemdCgroup = slice || (parent is null && unified && (root ? Systemd.HasSystemBus() : Systemd.HasUserBus()));
        oci.Linux.CgroupsPath = config.SystemdCgroup ? $"{(slice ? parent : root ? "system.slice" : "user.slice")}:minirun:{config.Id}"
            : parent is not null ? $"{parent.TrimEnd('/')}/{config.Id}"
            : root && (options.WantsCgroup || spec.NeedsOwnCgroup || host.CanMakeCgroups) ? $"{ParentCgroup.Path}/{config.Id}" : null;
    }

    /// <summary>
    /// crun mounts what a document hides into a bound tree as that came: without a word on its propagation, into the host's, too.
    /// </summary>
    public static void KeepMountsInside(OciSpec oci, ContainerConfig config)
    {
        if (config.Runtime == ExecutionDrivers.Builtin) return;
        foreach (OciMount mount in oci.Mounts)
            if ((mount.Options.Contains("bind") || mount.Options.Contains("rbind"))
                && !mount.Options.Exists(option => option.TrimStart('r') is "private" or "slave" or "shared" or "unbindable"))
                mount.Options.Add("rprivate");
    }
}
