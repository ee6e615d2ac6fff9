using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// From <c>linux.seccomp</c> to a program. Names that an architecture does not have are left out there, as everybody does.
/// </summary>
public sealed class SeccompCompiler
{
    /// <summary>BPF_MAXINSNS.</summary>
    private const int Longest = 4096;

    private const uint NumberOffset = 0, ArchitectureOffset = 4;

    private readonly OciSeccomp _profile;
    private readonly string _path;
    private readonly uint _default;
    private readonly BpfAssembler _code = new();
    private readonly List<(List<string> Names, CallRule[] Rules)> _rules = [];
    private readonly bool _stubs;
    private bool _notifies;

    private readonly SeccompArchitecture _native;

    private SeccompCompiler(OciSeccomp profile, string path, SeccompArchitecture native)
    {
        _native = native;
        _profile = profile;
        _path = path;
        _default = SeccompAction.Read(profile.DefaultAction, profile.DefaultErrnoRet, path + "defaultAction");
        if (_default == SeccompAction.Notify)
            throw new UserError($"{path}defaultAction: SCMP_ACT_NOTIFY cannot be the default",
                "name the system calls to notify of in syscalls");
        for (int i = 0; i < profile.Syscalls.Count; i++) ReadRule(profile.Syscalls[i], $"{path}syscalls[{i}]");
        _stubs = !SeccompAction.LetsPass(_default) && _default != SeccompAction.NoSuchCall;
    }

    /// <summary>Compiles a profile.</summary>
    /// <param name="profile">As in an OCI document.</param>
    /// <param name="path">What stands before the members in messages: <c>linux.seccomp.</c></param>
    /// <exception cref="UserError">A value is none of those that exist: named by its JSON path. Or the program is too long for the
    /// kernel.</exception>
    public static SeccompFilter Compile(OciSeccomp profile, string path = "linux.seccomp.") =>
        Compile(profile, path, SeccompArchitecture.Native);

    internal static SeccompFilter Compile(OciSeccomp profile, string path, SeccompArchitecture native) =>
        new SeccompCompiler(profile, path, native).Compile();

    /// <summary>The same for a document that may have none.</summary>
    public static SeccompFilter? Of(OciSeccomp? profile) => profile is null ? null : Compile(profile);

    private SeccompFilter Compile()
    {
        uint flags = SeccompFlags.Read(_profile.Flags, _path + "flags");
        List<SeccompArchitecture> architectures = Architectures();
        int start = _code.Return(SeccompAction.KillThread);
        // The native one is asked for first, so it is written last.
        for (int i = architectures.Count - 1; i >= 0; i--)
        {
            SeccompArchitecture each = architectures[i];
            if (each == SeccompArchitecture.X32) continue;   // the kernel says X86_64, so it is told by the number
            int above = each != SeccompArchitecture.X86_64 ? -1
                : architectures.Contains(SeccompArchitecture.X32) ? Calls(SeccompArchitecture.X32)
                : _code.Return(SeccompAction.KillThread);
            int calls = Calls(each);
            if (above >= 0) calls = _code.Branch(BpfAssembler.JumpGreaterOrEqual, SeccompArchitecture.X32Bit, above, calls);
            start = _code.Branch(BpfAssembler.JumpEqual, each.Audit, _code.Load(NumberOffset, calls), start);
        }
        _code.Load(ArchitectureOffset, start);
        if (_code.Length > Longest)
            throw new UserError(
                $"{_path.TrimEnd('.', ' ', ':')}: the filter has {_code.Length} instructions, and the kernel takes {Longest} at most",
                "name fewer values in args");
        bool notifies = _notifies;
        if (notifies && string.IsNullOrEmpty(_profile.ListenerPath))
            throw new UserError($"{_path}listenerPath: missing, but a rule has SCMP_ACT_NOTIFY",
                "name the socket of the agent that answers");
        return new SeccompFilter(_code.ToArray(),
            notifies
                ? (flags | seccomp.SECCOMP_FILTER_FLAG_NEW_LISTENER) & ~seccomp.SECCOMP_FILTER_FLAG_TSYNC
                : flags & ~seccomp.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
        {
            Document = () => _profile,
            ListenerPath = notifies ? _profile.ListenerPath : null,
            ListenerMetadata = notifies ? _profile.ListenerMetadata : null,
        };
    }

    private List<SeccompArchitecture> Architectures()
    {
        List<SeccompArchitecture> found = [_native];
        for (int i = 0; i < _profile.Architectures.Count; i++)
            if (SeccompArchitecture.Find(_profile.Architectures[i], $"{_path}architectures[{i}]") is { } each && !found.Contains(each))
                found.Add(each);
        return found;
    }

    /// <summary>
    /// The same argument twice in a rule: each comparison is a rule of its own, one of which must hold. Runtimes have always read profiles
    /// so. What says the same as the default says nothing.
    /// </summary>
    private void ReadRule(OciSyscall? rule, string path)
    {
        if (rule is null) throw new UserError($"{path}: null is not a rule", "take it out");
        if (rule.Names.Count == 0) throw new UserError($"{path}.names: names no system call", "such as [\"mount\"]");
        for (int i = 0; i < rule.Names.Count; i++)
            if (rule.Names[i] is null) throw new UserError($"{path}.names[{i}]: null is not a name", "take it out");
        uint verdict = SeccompAction.Read(rule.Action, rule.ErrnoRet, path + ".action");
        var comparisons = new Comparison[rule.Args.Count];
        int seen = 0;
        bool twice = false;
        for (int i = 0; i < comparisons.Length; i++)
        {
            comparisons[i] = Comparison.Read(rule.Args[i], $"{path}.args[{i}]");
            twice |= (seen & 1 << comparisons[i].Argument) != 0;
            seen |= 1 << comparisons[i].Argument;
        }
        _notifies |= verdict == SeccompAction.Notify;
        CallRule[] rules = verdict == _default ? []
            : twice ? Array.ConvertAll(comparisons, each => new CallRule(verdict, [each]))
            : [new CallRule(verdict, comparisons)];
        _rules.Add((rule.Names, rules));
    }

    /// <summary>Writes the search for the calls of an architecture; their number is in the accumulator.</summary>
    private int Calls(SeccompArchitecture architecture)
    {
        var calls = new SortedDictionary<uint, CallRules>();
        uint? newest = null;
        foreach ((List<string> names, CallRule[] rules) in _rules)
            foreach (string name in names)
            {
                if (architecture == SeccompArchitecture.X86 && Multiplexed.Find(name) is var (by, which)
                    && architecture.Number(by) is { } number)
                {
                    calls.TryAdd(number, new CallRules());
                    foreach (CallRule rule in rules) calls[number].Add(Multiplexed.Rule(rule, which));
                }
                if (architecture.Number(name) is not { } direct) continue;
                if (direct < SeccompArchitecture.FirstPrivateNumber || architecture.Bit != 0) newest = Math.Max(newest ?? 0, direct);
                calls.TryAdd(direct, new CallRules());
                foreach (CallRule rule in rules) calls[direct].Add(rule);
            }
        return Search(architecture, calls, newest);
    }

    /// <summary>
    /// A profile cannot mean a system call that is newer than all it names. It gets ENOSYS, as from a kernel that does not have it: then a
    /// program does without it, where EPERM would be an error to it.
    /// </summary>
    private int Search(SeccompArchitecture architecture, SortedDictionary<uint, CallRules> calls, uint? newest)
    {
        Goal otherwise = Goal.Of(_default), unknown = _stubs && newest is not null ? Goal.Of(SeccompAction.NoSuchCall) : otherwise;
        uint firstUnknown = (newest ?? uint.MaxValue - 1) + 1, next = 0;
        var tree = new RangeTree(_code);
        void Fill(uint end)
        {
            if (next < end && next < firstUnknown) tree.Add(next, otherwise);
            if (firstUnknown < end) tree.Add(Math.Max(next, firstUnknown), unknown);
        }
        foreach ((uint number, CallRules rules) in calls)
        {
            Fill(number);
            tree.Add(number, rules.Write(_code, architecture.IsWide, _default));
            next = number + 1;
        }
        Fill(uint.MaxValue);
        return tree.Write();
    }
}
