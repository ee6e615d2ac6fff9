using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.ContainerFiles;

/// <summary>Every key of a container file: the compose specification's for a service, where it has one, then ours.</summary>
internal static class FileKeys
{
    public sealed record Key(string Name, string? Flag, Action<ServiceKeys, string, FileNode> Take);

    public static readonly Key[] All =
    [
        new("rootfs", null, CommandKeys.Rootfs),
        new("command", null, CommandKeys.Command),
        new("entrypoint", null, CommandKeys.Entrypoint),
        new("environment", "--env", EnvironmentKeys.Environment),
        new("env_file", "--env-file", EnvironmentKeys.Files),
        One("user", "--user"),
        One("working_dir", "--workdir"),
        One("hostname", "--hostname"),
        One("domainname", "--domainname"),
        Each("group_add", "--group-add"),
        new("ulimits", "--ulimit", LimitKeys.Ulimits),
        One("oom_score_adj", "--oom-score-adj"),
        One("cpuset", "--cpuset", value => CpuSet.Parse(value)),

        One("mem_limit", "--memory"),
        One("memswap_limit", "--memory-swap"),
        One("mem_reservation", "--memory-reservation"),
        One("mem_swappiness", "--memory-swappiness"),
        One("oom_kill_disable", "--oom-kill-disable"),
        One("cpus", "--cpus"),
        One("cpu_shares", "--cpu-shares"),
        One("cpu_period", "--cpu-period"),
        One("cpu_quota", "--cpu-quota"),
        One("pids_limit", "--pids-limit"),
        new("blkio_config", null, LimitKeys.BlkioConfig),
        One("cgroup_parent", "--cgroup-parent"),
        new("cgroup_conf", "--cgroup-conf", LimitKeys.CgroupConf),

        new("volumes", "--volume", VolumeKeys.Volumes),
        Each("tmpfs", "--tmpfs"),
        Each("devices", "--device"),
        One("read_only", "--read-only"),

        Each("cap_add", "--cap-add", Capability),
        Each("cap_drop", "--cap-drop", Capability),
        Each("security_opt", "--security-opt"),
        One("privileged", "--privileged"),

        One("network_mode", "--net"),
        Mode("pid", "--pid", "host", "private"),
        Mode("ipc", "--ipc", "host", "private"),
        Mode("uts", "--uts", "host", "private"),
        Mode("cgroup", "--cgroupns", "host", "private"),
        new("userns_mode", "--userns", UserNamespace),

        One("init", "--init"),
        One("tty", "--tty"),
        One("stdin_open", "--interactive"),
        One("container_name", "--name"),

        One("restart", "--restart"),
        One("stop_signal", "--stop-signal"),
        new("stop_grace_period", "--stop-timeout", EngineKeys.StopGracePeriod),
        new("annotations", "--annotation", EngineKeys.Pairs("--annotation", '=')),
        new("labels", "--label", EngineKeys.Pairs("--label", '=')),
        new("logging", "--log-driver", EngineKeys.Logging),
        new("healthcheck", "--health-cmd", EngineKeys.Health),
        One("runtime", "--runtime"),
        Each("volumes_from", "--volumes-from"),

        new("ports", "--publish", EngineKeys.Ports),
        Each("expose", "--expose"),
        new("networks", "--net", EngineKeys.Networks),
        Each("dns", "--dns"),
        Each("dns_search", "--dns-search"),
        Each("dns_opt", "--dns-option"),
        new("extra_hosts", "--add-host", EngineKeys.Pairs("--add-host", ':')),

        One("ephemeral", "--ephemeral"),
        One("timeout", "--timeout"),
        One("umask", "--umask"),
        One("nice", "--nice"),
        One("clear_env", "--clear-env"),
        One("ns", "--ns"),
        One("preserve_fds", "--preserve-fds"),
        One("die_with_parent", "--die-with-parent"),
        FilePath("pidfile", "--pidfile"),
        FilePath("cidfile", "--cidfile"),
    ];

    public static Key? Find(string name) => Array.Find(All, key => key.Name == name);

    /// <summary>One value. <paramref name="check"/> finds now, where the place is known, what would come up later.</summary>
    private static Key One(string name, string flag, Func<string, object>? check = null) => new(name, flag, (reader, key, node) =>
    {
        string value = reader.Text(key, node);
        if (check is not null) reader.Try(key, node, () => check(value));
        reader.Flag(flag, key, node, value);
    });

    private static Key Each(string name, string flag, Func<string, object>? check = null) => new(name, flag, (reader, key, node) =>
    {
        foreach (FileNode item in reader.Texts(key, node))
        {
            if (check is not null) reader.Try(key, item, () => check(item.Text!));
            reader.Flag(flag, key, item);
        }
    });

    private static Key Mode(string name, string flag, params string[] modes) => new(name, flag, (reader, key, node) =>
    {
        string value = reader.Text(key, node);
        if (!modes.Contains(value))
            throw reader.Error(node, $"{key}: unknown mode '{value}'", $"this version has {string.Join(" and ", modes)}");
        reader.Flag(flag, key, node, value);
    });

    private static Key FilePath(string name, string flag) =>
        new(name, flag, (reader, key, node) => reader.Flag(flag, key, node, reader.FullPath(reader.Text(key, node))));

    private static object Capability(string name) =>
        name.Equals("ALL", StringComparison.OrdinalIgnoreCase) ? 0 : CapabilitySet.Parse([name]);

    private static void UserNamespace(ServiceKeys reader, string key, FileNode node)
    {
        reader.Options.UserNs.Clear();   // maps of one layer belong together; a later layer replaces them
        foreach (FileNode item in reader.Texts(key, node)) reader.Flag("--userns", key, item);
    }
}
