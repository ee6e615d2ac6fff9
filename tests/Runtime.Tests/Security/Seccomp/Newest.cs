using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>Which system calls are newer than every one that a profile names.</summary>
internal static class Newest
{
    public static bool IsBeyond(OciSeccomp profile, SystemCall call)
    {
        SeccompArchitecture architecture = SeccompArchitecture.All.First(
            each => each.Audit == call.Architecture && each.Bit == (each.Audit == 0xc000003e ? call.Number & 0x40000000 : 0));
        uint[] all = [.. profile.Syscalls.SelectMany(rule => rule.Names).Select(architecture.Number).OfType<uint>()];
        uint[] ordinary = [.. all.Where(number => (number & ~0x40000000u) < 0xf0000)];
        return ordinary.Length > 0 && call.Number > ordinary.Max() && !all.Contains(call.Number);
    }
}
