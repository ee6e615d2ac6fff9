using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>A test against the machine's C headers: skipped without a compiler, but never on CI.</summary>
public sealed class HeaderFactAttribute : FactAttribute
{
    public HeaderFactAttribute() => Skip = CProgram.Missing;
}

/// <summary>As <see cref="Arm64HeaderTheoryAttribute"/>, for one row.</summary>
public sealed class Arm64HeaderFactAttribute : FactAttribute
{
    public Arm64HeaderFactAttribute() => Skip = CProgram.MissingArm64;
}
