namespace Minirun.Runtime.Cgroups;

/// <summary>Reads statistics, from whichever version has the controller.</summary>
internal static class StatsReader
{
    public static CgroupStats Read(CgroupState state)
    {
        var stats = new CgroupStats();
        foreach (var (controller, path) in state.Paths)
        {
            if (controller.Length == 0) V2Stats.Read(stats, path);
            else V1Stats.Read(stats, controller, path);
        }
        return stats;
    }

    public static Dictionary<string, ulong> Table(string? text)
    {
        Dictionary<string, ulong> table = [];
        foreach (string line in (text ?? "").Split('\n'))
            if (line.IndexOf(' ') is var space and > 0 && ulong.TryParse(line.AsSpan(space + 1), out ulong value))
                table[line[..space]] = value;
        return table;
    }

    public static List<uint>? Numbers(string? list)
    {
        if (list is null || list.Trim().Length == 0) return null;
        List<uint> numbers = [];
        foreach (string range in list.Trim().Split(','))
        {
            int dash = range.IndexOf('-');
            if (!uint.TryParse(dash < 0 ? range : range[..dash], out uint first)
                || !uint.TryParse(dash < 0 ? range : range[(dash + 1)..], out uint last))
                continue;
            for (uint number = first; number <= last; number++) numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>rdma.current: DEVICE hca_handle=N hca_object=N.</summary>
    public static Dictionary<string, RdmaStats>? Rdma(string? text)
    {
        Dictionary<string, RdmaStats>? found = null;
        foreach (string line in (text ?? "").Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words.Length < 2) continue;
            (found ??= [])[words[0]] = new RdmaStats { HcaHandles = Value(words, "hca_handle="), HcaObjects = Value(words, "hca_object=") };
        }
        return found;
    }

    private static ulong Value(string[] words, string key)
    {
        foreach (string word in words)
            if (word.StartsWith(key, StringComparison.Ordinal))
                return ulong.TryParse(word.AsSpan(key.Length), out ulong value) ? value : ulong.MaxValue;
        return 0;
    }
}
