using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>As <see cref="HeaderFactAttribute"/>, for several rows.</summary>
public sealed class HeaderTheoryAttribute : TheoryAttribute
{
    public HeaderTheoryAttribute() => Skip = CProgram.Missing;
}
