using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>As <see cref="HeaderFactAttribute"/>, for several rows.</summary>
public sealed class HeaderTheoryAttribute : TheoryAttribute
{
    public HeaderTheoryAttribute() => Skip = CProgram.Missing;
}

/// <summary>A test against the headers for arm64, whose programs qemu runs.</summary>
public sealed class Arm64HeaderTheoryAttribute : TheoryAttribute
{
    public Arm64HeaderTheoryAttribute() => Skip = CProgram.MissingArm64;
}
