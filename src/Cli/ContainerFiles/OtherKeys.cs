using Minirun.Cli.CommandLine;

namespace Minirun.Cli.ContainerFiles;

/// <summary>Keys we do not have: compose's that we know of, and slips of the pen.</summary>
internal static class OtherKeys
{
    private static readonly (string Hint, string[] Names)[] s_unsupported =
    [
        ("name a directory with rootfs; images come with a later version", ["image", "build", "pull_policy", "platform", "provider"]),
        ("write mem_limit, memswap_limit, cpus, cpu_shares, pids_limit or blkio_config: limits are keys of their own here",
            ["deploy", "cpu_count", "cpu_percent"]),
        ("not in this version; --print-spec shows a document that can be changed for `minirun-oci run`",
            ["cpu_rt_runtime", "cpu_rt_period", "device_cgroup_rules"]),
        ("containers of one network know each other by their names", ["links", "external_links"]),
        ("it needs several services; a file is one", ["depends_on", "scale", "profiles", "develop", "extends"]),
        ("leave it out",
            ["configs", "credential_spec", "driver_opts", "gpus", "isolation", "label_file", "mac_address", "models",
                "secrets", "shm_size", "storage_opt", "sysctls",
            "use_api_socket", "post_start", "pre_stop", "attach"]),
        ("the file is one service: what stands below a name in `services:`", ["services", "name", "version", "include"]),
    ];

    /// <summary>Why a key is refused, and what to do.</summary>
    public static string Refuse(string key, out string hint)
    {
        foreach (var (text, names) in s_unsupported)
        {
            if (!names.Contains(key)) continue;
            hint = text;
            return key == "services" ? "services: a file is one container; give one service" : $"{key}: not supported by this version";
        }
        string? meant = ByFlag(key) ?? Nearest.Find(key, FileKeys.All.Select(each => each.Name));
        hint = meant is null ? "docs/container-file.md lists the keys; what is for others goes into an x- key" : $"did you mean {meant}?";
        return $"unknown key '{key}'";
    }

    /// <summary>Who knows the flag writes its name: env is environment.</summary>
    private static string? ByFlag(string key) => RunFlags.Find("--" + key.Replace('_', '-')) is { } flag
        ? Array.Find(FileKeys.All, each => each.Flag == flag.Long)?.Name
        : null;
}
