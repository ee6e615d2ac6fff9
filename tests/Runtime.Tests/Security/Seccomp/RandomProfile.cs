using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>Profiles and calls by chance, the same for the same seed.</summary>
internal sealed class RandomProfile(int seed)
{
    private static readonly string[] s_actions =
        ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];
    private static readonly string[] s_operators =
        ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];
    private static readonly string[] s_architectures =
        ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"];
    private static readonly string[] s_calls = [
        .. SeccompArchitecture.All.SelectMany(each => each.Calls).Distinct()
            .Where(each => LibSeccomp.Knows(each) && each != "sync_file_range2" /* on ARM another name of arm_sync_file_range */)
            .Order(StringComparer.Ordinal)];

    private readonly Random _random = new(seed);
    private readonly List<ulong> _values = [];

    /// <summary>The same every time, unless somebody looks for more.</summary>
    public static int Seed() => Environment.GetEnvironmentVariable("SECCOMP_SEED") is { } text ? int.Parse(text) : 1;

    /// <summary>What a profile says about a call, for messages.</summary>
    public static string Rules(OciSeccomp profile, string? call)
    {
        IEnumerable<string> rules = profile.Syscalls.Where(rule => call is not null && rule.Names.Contains(call))
            .Select(
                rule => $"\n{rule.Action} {rule.ErrnoRet}: {string.Join(", ", rule.Args.Select(arg => $"[{arg.Index}] "
                    + $"{arg.Op} {arg.Value:x} {arg.ValueTwo:x}"))}");
        return $"\n{profile.DefaultAction} {profile.DefaultErrnoRet}, {string.Join(' ', profile.Architectures)}{string.Concat(rules)}";
    }

    /// <summary>Anything: several rules a call, with actions of their own.</summary>
    public OciSeccomp Next()
    {
        OciSeccomp profile = Empty();
        for (int i = _random.Next(30); i >= 0; i--)
        {
            OciSyscall rule = Rule();
            for (int n = rule.Args.Count > 0 ? _random.Next(1, 4) : _random.Next(1, 60); n > 0; n--) rule.Names.Add(Pick(s_calls));
            profile.Syscalls.Add(rule);
            for (int n = rule.Args.Count > 0 ? _random.Next(4) : 0; n > 0; n--)
            {
                OciSyscall other = Rule();
                profile.Syscalls.Add(new()
                {
                    Names = rule.Names,
                    Action = other.Action,
                    ErrnoRet = other.ErrnoRet,
                    Args = _random.Next(2) == 0 ? other.Args : [Argument()]
                });
            }
        }
        return profile;
    }

    /// <summary>
    /// Each call in one rule only, without an argument tested twice or two inequalities; or in several with one value each.
    /// </summary>
    public OciSeccomp NextPlain()
    {
        OciSeccomp profile = Empty();
        var used = new HashSet<string>();
        for (int i = _random.Next(30); i >= 0; i--)
        {
            OciSyscall rule = Rule();
            rule.Args = [.. rule.Args.DistinctBy(arg => arg.Index)];
            for (int n = rule.Args.Count > 0 ? 1 : _random.Next(1, 60); n > 0; n--)
                if (Pick(s_calls) is var call && !(rule.Args.Count > 0 && IsMultiplexed(call)) && used.Add(call)) rule.Names.Add(call);
            if (rule.Names.Count == 0) continue;
            profile.Syscalls.Add(rule);
            if (rule.Args.Count > 1) rule.Args.ForEach(arg => arg.Op = Pick(["SCMP_CMP_EQ", "SCMP_CMP_MASKED_EQ"]));
            if (rule.Args is not [{ Op: "SCMP_CMP_EQ" } first]) continue;
            // Of one high word: with several, libseccomp 2.5 gets lost.
            foreach (ulong value in Enumerable.Range(0, _random.Next(8)).Select(_ => first.Value & ~(ulong)uint.MaxValue | (uint)New())
                .Distinct())
                profile.Syscalls.Add(new()
                {
                    Names = rule.Names,
                    Action = rule.Action,
                    ErrnoRet = rule.ErrnoRet,
                    Args = [new() { Index = first.Index, Value = value, Op = "SCMP_CMP_EQ" }]
                });
        }
        return profile;
    }

    private static bool IsMultiplexed(string call) => call is "socketcall" or "ipc" || Multiplexed.Find(call) is not null;

    private OciSeccomp Empty()
    {
        var profile =
            new OciSeccomp { DefaultAction = Pick(s_actions), DefaultErrnoRet = _random.Next(3) == 0 ? (uint)_random.Next(1, 100) : null };
        foreach (string architecture in s_architectures)
            if (_random.Next(2) == 0) profile.Architectures.Add(architecture);
        return profile;
    }

    private OciSyscall Rule() => new()
    {
        Action = Pick(s_actions),
        ErrnoRet = _random.Next(2) == 0 ? (uint)_random.Next(1, 100) : null,
        Args = _random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Argument())],
    };

    public SystemCall NextCall(OciSeccomp profile)
    {
        SeccompArchitecture architecture = SeccompArchitecture.All[_random.Next(SeccompArchitecture.All.Count)];
        string call = profile.Syscalls.Count > 0 && _random.Next(4) > 0
            ? Pick([.. profile.Syscalls[_random.Next(profile.Syscalls.Count)].Names])
            : Pick(s_calls);
        uint number = architecture.Number(call) ?? (uint)_random.Next(600);
        return new SystemCall(architecture.Audit, number, [.. Enumerable.Range(0, 6).Select(_ => Value())]);
    }

    private OciSeccompArg Argument()
    {
        var argument = new OciSeccompArg { Index = (uint)_random.Next(6), Op = Pick(s_operators), Value = New(), ValueTwo = New() };
        _values.Add(argument.Value);
        _values.Add(argument.ValueTwo);
        return argument;
    }

    private ulong New() => _random.Next(4) switch
    {
        0 => (ulong)_random.Next(16),
        1 => uint.MaxValue - (ulong)_random.Next(3),
        2 => (ulong)_random.Next(4) << 32 | (uint)_random.Next(8),
        _ => (ulong)_random.NextInt64(long.MinValue, long.MaxValue),
    };

    /// <summary>On, or next to, the values of the profile: there verdicts change.</summary>
    private ulong Value() =>
        _values.Count == 0 || _random.Next(3) == 0 ? New() : _values[_random.Next(_values.Count)] + (ulong)_random.Next(-1, 2);

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
