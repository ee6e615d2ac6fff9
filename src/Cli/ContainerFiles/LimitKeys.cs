namespace Minirun.Cli.ContainerFiles;

/// <summary>ulimits: NAME: N, or NAME: {soft: N, hard: N}; blkio_config and cgroup_conf, maps too.</summary>
internal static class LimitKeys
{
    public static void Ulimits(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Entries is not { } limits)
            throw reader.Error(node, $"{key}: takes a map", "write `nofile: 1024`, or `nofile: {soft: 1024, hard: 4096}`");
        foreach (var (name, value) in limits)
        {
            string what = $"{key}: {name.Text}";
            string range = value.Entries is null
                ? reader.Text(what, value)
                : $"{Bound(reader, what, value, "soft")}:{Bound(reader, what, value, "hard")}";
            reader.Flag("--ulimit", key, value, $"{name.Text}={range}");
        }
    }

    /// <summary>weight: N; weight_device: a list of {path, weight}; device_read_bps and its like: lists of {path, rate}.</summary>
    public static void BlkioConfig(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Entries is not { } entries) throw reader.Error(node, $"{key}: takes a map", "write `weight: 300` below it");
        foreach (var (name, value) in entries)
        {
            string what = $"{key}: {name.Text}";
            switch (name.Text)
            {
                case "weight":
                    reader.Flag("--blkio-weight", key, value, reader.Text(what, value));
                    break;
                case "weight_device":
                    Devices(reader, what, value, "--blkio-weight-device", "weight");
                    break;
                case "device_read_bps" or "device_write_bps" or "device_read_iops" or "device_write_iops":
                    Devices(reader, what, value, "--" + name.Text.Replace('_', '-'), "rate");
                    break;
                default:
                    throw reader.Error(name, $"{key}: unknown key '{name.Text}'",
                        "the keys are weight, weight_device, device_read_bps, device_write_bps, device_read_iops and device_write_iops");
            }
        }
    }

    /// <summary>Files of the cgroup and what is written to them.</summary>
    public static void CgroupConf(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Entries is not { } entries) throw reader.Error(node, $"{key}: takes a map", "write `memory.high: 1g` below it");
        foreach (var (name, value) in entries)
            reader.Flag("--cgroup-conf", key, value, $"{name.Text}={reader.Text($"{key}: {name.Text}", value)}");
    }

    private static void Devices(ServiceKeys reader, string what, FileNode list, string flag, string number)
    {
        foreach (FileNode item in list.Items
            ?? throw reader.Error(list, $"{what}: takes a list", $"write `- path: /dev/sda` and `  {number}: N` below it"))
        {
            if (item.Find("path") is not { } path || item.Find(number) is not { } value)
                throw reader.Error(item, $"{what}: has no path or no {number}", $"give both path and {number}");
            reader.Flag(flag, what, item, $"{reader.Text(what, path)}:{reader.Text(what, value)}");
        }
    }

    private static string Bound(ServiceKeys reader, string what, FileNode limit, string bound)
    {
        foreach (var (key, _) in limit.Entries!)
            if (key.Text is not ("soft" or "hard"))
                throw reader.Error(key, $"{what}: unknown key '{key.Text}'", "the keys are soft and hard");
        return limit.Find(bound) is { } value
            ? reader.Text($"{what}: {bound}", value)
            : throw reader.Error(limit, $"{what}: no {bound} limit", "give both soft and hard");
    }
}
