using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>
/// The processor that this program was compiled for. All of this is known to the compiler, so a choice leaves a constant in the code: no
/// branch, no static constructor, and nothing that src/Init or a cloned child could not have.
/// </summary>
public static class Processor
{
    public static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>uname(2)'s name of it.</summary>
    public static string Machine => IsArm64 ? "aarch64" : "x86_64";

    /// <summary>The name that Go, and so Docker, has for it.</summary>
    public static string DockerName => IsArm64 ? "arm64" : "amd64";

    /// <summary>A number that differs between the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pick(int x64, int arm64) => IsArm64 ? arm64 : x64;
}
