using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>What a profile means, said as plainly as can be: rule after rule, without a program.</summary>
internal static class Reference
{
    public static uint Verdict(OciSeccomp profile, SystemCall call)
    {
        uint otherwise = SeccompAction.Read(profile.DefaultAction, profile.DefaultErrnoRet, "");
        SeccompArchitecture? architecture =
            profile.Architectures.Append("SCMP_ARCH_X86_64").Select(name => SeccompArchitecture.Find(name, "")!)
            .FirstOrDefault(
                each => each.Audit == call.Architecture && (each.Audit != 0xc000003e || each.Bit == (call.Number & 0x40000000)));
        if (architecture is null) return 0;
        uint? verdict = null;
        foreach (OciSyscall rule in profile.Syscalls)
        {
            uint action = SeccompAction.Read(rule.Action, rule.ErrnoRet, "");
            if (action == otherwise) continue;
            foreach (string name in rule.Names)
            {
                bool direct = architecture.Number(name) == call.Number;
                if (direct && rule.Args.Count == 0) return First(profile, architecture, call, otherwise);
                if (direct && Holds(rule, call, architecture)) verdict ??= action;
            }
        }
        return verdict
            ?? (Newest.IsBeyond(profile, call) && otherwise is not (0x7fff0000 or 0x7ffc0000) && otherwise >> 16 != 0x7ff0
                ? 0x00050026
                : otherwise);
    }

    /// <summary>The first rule without arguments is the last word.</summary>
    private static uint First(OciSeccomp profile, SeccompArchitecture architecture, SystemCall call, uint otherwise) =>
        profile.Syscalls.Where(rule => rule.Args.Count == 0 && rule.Names.Exists(name => architecture.Number(name) == call.Number))
            .Select(rule => SeccompAction.Read(rule.Action, rule.ErrnoRet, "")).First(action => action != otherwise);

    /// <summary>All comparisons; any, when an argument is compared twice.</summary>
    private static bool Holds(OciSyscall rule, SystemCall call, SeccompArchitecture architecture)
    {
        bool twice = rule.Args.Select(arg => arg.Index).Distinct().Count() < rule.Args.Count;
        return twice
            ? rule.Args.Exists(arg => Holds(arg, call, architecture))
            : rule.Args.TrueForAll(arg => Holds(arg, call, architecture));
    }

    private static bool Holds(OciSeccompArg arg, SystemCall call, SeccompArchitecture architecture)
    {
        ulong bits = architecture.IsWide ? ulong.MaxValue : uint.MaxValue;
        ulong actual = (arg.Index < (uint)call.Arguments.Length ? call.Arguments[arg.Index] : 0) & bits, value = arg.Value & bits;
        return arg.Op switch
        {
            "SCMP_CMP_NE" => actual != value,
            "SCMP_CMP_LT" => actual < value,
            "SCMP_CMP_LE" => actual <= value,
            "SCMP_CMP_EQ" => actual == value,
            "SCMP_CMP_GE" => actual >= value,
            "SCMP_CMP_GT" => actual > value,
            _ => (actual & value) == (arg.ValueTwo & value),
        };
    }
}
