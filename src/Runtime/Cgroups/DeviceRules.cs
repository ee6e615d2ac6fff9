using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>One rule on devices, checked.</summary>
/// <param name="Type">c, b, or a for both, whatever the numbers.</param>
/// <param name="Major">-1: every one.</param>
/// <param name="Access">BPF_DEVCG_ACC_*.</param>
internal readonly record struct DeviceRule(bool Allow, char Type, long Major, long Minor, int Access)
{
    public const int AllAccess = bpf.BPF_DEVCG_ACC_MKNOD | bpf.BPF_DEVCG_ACC_READ | bpf.BPF_DEVCG_ACC_WRITE;

    /// <summary>Nothing that was said before it counts any more.</summary>
    public bool IsEverything => Type == 'a' && Access == AllAccess;

    /// <summary>As devices.allow and devices.deny take it, and systemd's DeviceAllow its last word.</summary>
    public string AccessText =>
        ((Access & bpf.BPF_DEVCG_ACC_READ) != 0 ? "r" : "") + ((Access & bpf.BPF_DEVCG_ACC_WRITE) != 0 ? "w" : "")
            + ((Access & bpf.BPF_DEVCG_ACC_MKNOD) != 0 ? "m" : "");

    public override string ToString() => IsEverything ? "a" : $"{Type} {Number(Major)}:{Number(Minor)} {AccessText}";

    private static string Number(long number) => number < 0 ? "*" : number.ToString();
}

/// <summary>linux.resources.devices: the last rule that speaks of a device and a kind of access decides; nothing else is allowed.</summary>
internal static class DeviceRules
{
    /// <summary>
    /// What every container may use, after all rules (config-linux.md, "Default Devices"): nodes may be made of all, for they alone open
    /// nothing.
    /// </summary>
    private static readonly DeviceRule[] s_defaults =
    [
        new(true, 'c', -1, -1, bpf.BPF_DEVCG_ACC_MKNOD), new(true, 'b', -1, -1, bpf.BPF_DEVCG_ACC_MKNOD),
        Character(1, 3), Character(1, 5), Character(1, 7), Character(1, 8), Character(1, 9),
        Character(5, 0), Character(5, 2), Character(136, -1),
    ];

    /// <summary>The rules in order, from one that settles everything on, with the defaults.</summary>
    /// <param name="wanted">The document's.</param>
    /// <param name="warn">Hears of letters that stand for no access: they do not count, as with runc.</param>
    /// <exception cref="UserError">A rule has an unknown type, or no access that there is.</exception>
    public static List<DeviceRule> Of(IReadOnlyList<OciDeviceRule>? wanted, Action<string>? warn = null)
    {
        List<DeviceRule> rules = [new(false, 'a', -1, -1, DeviceRule.AllAccess)];
        for (int i = 0; i < (wanted?.Count ?? 0); i++)
        {
            DeviceRule rule = Check(wanted![i], i, warn);
            if (rule.IsEverything) rules.Clear();
            rules.Add(rule);
        }
        if (rules[0] is { Allow: true } && rules.Count == 1) return rules;
        rules.AddRange(s_defaults);
        return rules;
    }

    private static DeviceRule Check(OciDeviceRule rule, int index, Action<string>? warn)
    {
        char type = rule.Type switch
        {
            null or "" or "a" => 'a',
            "c" or "u" => 'c',
            "b" => 'b',
            _ => throw new UserError($"linux.resources.devices[{index}].type: {rule.Type} is not a type of device", "it is a, b or c"),
        };
        int access = 0;
        bool odd = false;
        foreach (char letter in rule.Access ?? "")
        {
            int kind = letter switch
            {
                'r' => bpf.BPF_DEVCG_ACC_READ,
                'w' => bpf.BPF_DEVCG_ACC_WRITE,
                'm' => bpf.BPF_DEVCG_ACC_MKNOD,
                _ => 0,
            };
            odd |= kind == 0;
            access |= kind;
        }
        if (odd && access == 0)
            throw new UserError($"linux.resources.devices[{index}].access: {rule.Access} is not a kind of access",
                "it is made of r, w and m");
        if (odd)
            warn?.Invoke(
                $"linux.resources.devices[{index}].access: '{rule.Access}' is not made of r, w and m alone: the other letters do not "
                    + $"count");
        // To the kernel "a" is every device with every access, whatever else is said.
        if (type == 'a') return new(rule.Allow, 'a', -1, -1, access == 0 ? DeviceRule.AllAccess : access);
        return new(rule.Allow, type, rule.Major ?? -1, rule.Minor ?? -1, access == 0 ? DeviceRule.AllAccess : access);
    }

    private static DeviceRule Character(long major, long minor) => new(true, 'c', major, minor, DeviceRule.AllAccess);
}
