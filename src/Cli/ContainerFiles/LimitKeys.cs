namespace Minirun.Cli.ContainerFiles;

/// <summary>ulimits: NAME: N, or NAME: {soft: N, hard: N}.</summary>
internal static class LimitKeys
{
    public static void Ulimits(ServiceReader reader, string key, FileNode node)
    {
        if (node.Entries is not { } limits) throw reader.Error(node, $"{key}: takes a map", "write `nofile: 1024`, or `nofile: {soft: 1024, hard: 4096}`");
        foreach (var (name, value) in limits)
        {
            string what = $"{key}: {name.Text}";
            string range = value.Entries is null ? reader.Text(what, value) : $"{Bound(reader, what, value, "soft")}:{Bound(reader, what, value, "hard")}";
            reader.Flag("--ulimit", key, value, $"{name.Text}={range}");
        }
    }

    private static string Bound(ServiceReader reader, string what, FileNode limit, string bound)
    {
        foreach (var (key, _) in limit.Entries!)
            if (key.Text is not ("soft" or "hard")) throw reader.Error(key, $"{what}: unknown key '{key.Text}'", "the keys are soft and hard");
        return limit.Find(bound) is { } value ? reader.Text($"{what}: {bound}", value) : throw reader.Error(limit, $"{what}: no {bound} limit", "give both soft and hard");
    }
}
