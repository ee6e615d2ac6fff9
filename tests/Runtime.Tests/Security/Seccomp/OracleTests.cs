using Minirun.Runtime.Security;
using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>Our programs and libseccomp's, made from the same profile, give the same verdict on every call.</summary>
public sealed class OracleTests
{
    private const uint Enosys = 0x00050026;
    private static readonly ulong[] s_values = [0, 1, 2, 8, 11, 12, 13, 38, 40, 45, 46, 0x20000, 0x7e020000, 0x80000000, uint.MaxValue,
        0x1_00000000, 0x1_00000028, ulong.MaxValue];
    private static readonly uint[] s_audits = [0xc000003e, 0x40000003, 0xc00000b7, 0x40000028, 0xc00000f3];

    [LibSeccompFact]
    public void The_default_profile_has_the_same_effect_over_every_system_call()
    {
        ulong all = CapabilitySet.Combine(true, [], []);
        foreach (ulong capabilities in (ulong[])[0, CapabilitySet.Combine(false, [], []), all, 1UL << 21, all & ~(1UL << 21)])
            Compare(DefaultProfile.For(capabilities));
    }

    [LibSeccompFact]
    public void The_default_profile_has_the_same_effect_on_ARM()
    {
        OciSeccomp profile = DefaultProfile.For(0, SeccompArchitecture.Aarch64);
        Assert.Equal(["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], profile.Architectures);
        Compare(profile);
    }

    /// <summary>
    /// One rule a call, or a list of values: with more, libseccomp 2.5 makes programs that do not do what the profile says (see
    /// <see cref="ReferenceTests"/>). Now and then it does so even here; such a call is let pass when the plain reading of the profile is
    /// on our side.
    /// </summary>
    [LibSeccompFact]
    public void Random_profiles_give_the_same_verdicts_on_random_calls()
    {
        int seed = RandomProfile.Seed(), differences = 0;
        for (int i = 0; i < 1000; i++)
        {
            var random = new RandomProfile(seed + i);
            OciSeccomp profile = random.NextPlain();
            byte[] ours = SeccompCompiler.Compile(profile).Program, theirs = LibSeccomp.Compile(profile);
            for (int n = 0; n < 100; n++)
            {
                SystemCall call = random.NextCall(profile);
                uint actual = Bpf.Run(ours, call);
                if (actual != Enosys && actual != Bpf.Run(theirs, call) && actual == Reference.Verdict(profile, call)) differences++;
                else Check(profile, ours, theirs, call, $"SECCOMP_SEED={seed + i}");
            }
        }
        Assert.InRange(differences, 0, 100);   // of 100,000
    }

    private static void Compare(OciSeccomp profile)
    {
        // libseccomp is older than some of the names.
        foreach (OciSyscall rule in profile.Syscalls) rule.Names.RemoveAll(name => !LibSeccomp.Knows(name));
        profile.Syscalls.RemoveAll(rule => rule.Names.Count == 0);
        byte[] ours = SeccompCompiler.Compile(profile).Program, theirs = LibSeccomp.Compile(profile);
        foreach (uint audit in s_audits)
            foreach (uint number in Numbers())
                foreach (ulong value in s_values)
                {
                    Check(profile, ours, theirs, new SystemCall(audit, number, value, value), "");
                    Check(profile, ours, theirs, new SystemCall(audit, number, 1, value, 2, value), "");
                }
    }

    private static IEnumerable<uint> Numbers()
    {
        for (uint number = 0; number < 600; number++)
        {
            yield return number;
            yield return number | 0x40000000;
            yield return number + 0xf0000;
        }
        yield return 0x3fffffff;
        yield return uint.MaxValue - 1;
    }

    private static void Check(OciSeccomp profile, byte[] ours, byte[] theirs, SystemCall call, string what)
    {
        uint expected = Bpf.Run(theirs, call), actual = Bpf.Run(ours, call);
        // What libseccomp alone does not do: a number behind all that the profile names has no such system call.
        if (actual == Enosys && expected != actual && Newest.IsBeyond(profile, call)) return;
        Assert.True(expected == actual,
            $"{what} {call.Architecture:x} {call.Number:x} ({LibSeccomp.Name(call.Architecture, (int)call.Number)}) "
                + $"[{string.Join(' ', call.Arguments.Select(each => each.ToString("x")))}]: libseccomp says {expected:x}, we say "
                    + $"{actual:x}{RandomProfile.Rules(profile, LibSeccomp.Name(call.Architecture, (int)call.Number))}");
    }
}
