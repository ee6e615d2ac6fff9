using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>Programs do what profiles say, also where libseccomp's do not: several rules with inequalities on one call.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void A_program_does_what_its_profile_says()
    {
        int seed = RandomProfile.Seed();
        for (int i = 0; i < 1000; i++)
        {
            var random = new RandomProfile(seed + i);
            OciSeccomp profile = random.Next();
            byte[] program = SeccompCompiler.Compile(profile).Program;
            for (int n = 0; n < 100; n++)
            {
                SystemCall call = random.NextCall(profile);
                // socketcall and ipc, of which the plain words know nothing
                if (call is { Architecture: 0x40000003, Number: 102 or 117 }) continue;
                uint expected = Reference.Verdict(profile, call), actual = Bpf.Run(program, call);
                if (expected == actual) continue;
                string? name = SeccompArchitecture.All.Where(each => each.Audit == call.Architecture)
                    .SelectMany(each => each.Calls.Where(word => each.Number(word) == call.Number)).FirstOrDefault();
                Assert.Fail(
                    $"SECCOMP_SEED={seed + i} {call.Architecture:x} {name} "
                        + $"[{string.Join(' ', call.Arguments.Select(each => each.ToString("x")))}]: should be "
                            + $"{expected:x}, is {actual:x}{RandomProfile.Rules(profile, name)}");
            }
        }
    }
}
