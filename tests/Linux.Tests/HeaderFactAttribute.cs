using Xunit;

namespace Minirun.Linux.Tests;

/// <summary>A test against the machine's C headers: skipped without a compiler, but never on CI.</summary>
public sealed class HeaderFactAttribute : FactAttribute
{
    public HeaderFactAttribute() => Skip = CProgram.Missing;
}
