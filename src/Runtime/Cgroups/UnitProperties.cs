using System.Globalization;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Properties of a unit, as words for busctl(1): name, signature, value. systemd must know the limits, or it takes them back when it
/// reloads.
/// </summary>
internal sealed class UnitProperties
{
    public List<string> Words { get; } = [];

    public int Count { get; private set; }

    public void Add(string name, string signature, params ReadOnlySpan<string> value)
    {
        Words.Add(name);
        Words.Add(signature);
        foreach (string word in value) Words.Add(word);
        Count++;
    }

    public void AddLimits(OciResources resources, bool unified)
    {
        if (resources.Memory is { } memory) AddMemory(memory, unified);
        if (resources.Cpu is { } cpu) AddCpu(cpu, unified);
        if (resources.Pids?.Limit is { } pids) Add("TasksMax", "t", Number(pids == 0 ? 1 : pids));
        if (resources.BlockIO?.Weight is { } weight and >= 10)
            Add(unified ? "IOWeight" : "BlockIOWeight", "t", unified ? Conversions.IoWeight(weight).ToString() : weight.ToString());
    }

    /// <summary>systemd attaches a program of its own; a device must be allowed by both.</summary>
    public void AddDevices(IReadOnlyList<DeviceRule> rules)
    {
        // Exceptions from what is allowed have no word here: then only our own program decides.
        for (int i = 1; i < rules.Count; i++)
            if (!rules[i].Allow) return;
        if (rules[0].Allow) return;
        Add("DevicePolicy", "s", "strict");
        List<string> allowed = [];
        for (int i = 1; i < rules.Count; i++)
        {
            DeviceRule rule = rules[i];
            if (Node(rule) is not { } node) return;
            allowed.Add(node);
            allowed.Add(rule.AccessText);
        }
        Add("DeviceAllow", "a(ss)", [(allowed.Count / 2).ToString(), .. allowed]);
    }

    /// <summary>A list such as 0-2,7 as the bytes of a mask.</summary>
    /// <exception cref="FormatException">It is no list.</exception>
    public static byte[] Mask(string list)
    {
        List<byte> mask = [];
        foreach (string range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = range.IndexOf('-');
            int first = int.Parse(dash < 0 ? range : range[..dash], NumberStyles.None, CultureInfo.InvariantCulture),
                last = dash < 0 ? first : int.Parse(range[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
            if (last > 65535) throw new FormatException();
            while (mask.Count <= last / 8) mask.Add(0);
            for (int bit = first; bit <= last; bit++) mask[bit / 8] |= (byte)(1 << (bit % 8));
        }
        return [.. mask];
    }

    /// <summary>Processor time a second in µs, in whole hundredths as systemd has them.</summary>
    public static string QuotaPerSecond(long quota, ulong period)
    {
        if (quota < 0) return ulong.MaxValue.ToString();
        UInt128 perSecond = (UInt128)quota * 1_000_000 / period;
        return UInt128.Min((perSecond + 9_999) / 10_000 * 10_000, ulong.MaxValue).ToString();
    }

    private void AddMemory(OciMemory memory, bool unified)
    {
        if (memory.Limit is { } limit and not 0) Add(unified ? "MemoryMax" : "MemoryLimit", "t", Number(limit));
        if (unified && memory.Reservation is { } low and not 0) Add("MemoryLow", "t", Number(low));
        if (unified && memory.Limit is not null && Conversions.Swap(memory.Swap, memory.Limit) is { } swap)
            Add("MemorySwapMax", "t", swap == "max" ? ulong.MaxValue.ToString() : swap);
    }

    private void AddCpu(OciCpu cpu, bool unified)
    {
        if (cpu.Shares is { } shares and not 0 && cpu.Idle is not > 0)
            Add(unified ? "CPUWeight" : "CPUShares", "t", unified ? Conversions.Weight(shares).ToString() : shares.ToString());
        ulong period = cpu.Period is { } given and not 0 ? given : 100_000;
        if (cpu.Period is not (null or 0)) Add("CPUQuotaPeriodUSec", "t", period.ToString());
        if (cpu.Quota is { } quota and not 0) Add("CPUQuotaPerSecUSec", "t", QuotaPerSecond(quota, period));
        if (unified && cpu.Cpus is { Length: > 0 } cpus) AddMask("AllowedCPUs", cpus, "cpu.cpus");
        if (unified && cpu.Mems is { Length: > 0 } mems) AddMask("AllowedMemoryNodes", mems, "cpu.mems");
    }

    private void AddMask(string name, string list, string field)
    {
        try
        {
            byte[] mask = Mask(list);
            Add(name, "ay", [mask.Length.ToString(), .. Array.ConvertAll(mask, each => each.ToString())]);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new UserError($"linux.resources.{field}: '{list}' is not a list", "such as 0-3,7");
        }
    }

    private static string? Node(DeviceRule rule)
    {
        if (rule.Type == 'a') return null;
        string kind = rule.Type == 'b' ? "block" : "char";
        if (rule.Major < 0) return kind + "-*";
        return rule.Minor >= 0 ? $"/dev/{kind}/{rule.Major}:{rule.Minor}" : DriverOf(rule) is { } driver ? kind + "-" + driver : null;
    }

    /// <summary>A whole major number is named by its driver.</summary>
    private static string? DriverOf(DeviceRule rule)
    {
        bool ours = false;
        foreach (string line in (CgroupFs.Read("/proc/devices") ?? "").Split('\n'))
        {
            if (line.EndsWith(':')) ours = line.StartsWith(rule.Type == 'b' ? "Block" : "Character", StringComparison.Ordinal);
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (ours && words.Length == 2 && words[0] == rule.Major.ToString()) return words[1];
        }
        return null;
    }

    private static string Number(long value) => value < 0 ? ulong.MaxValue.ToString() : value.ToString();
}
