using Minirun.Engine.Logs;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class LogSourceTests
{
    [Fact]
    public void A_line_is_of_stdout_unless_told_otherwise() => Assert.Equal(LogSource.Stdout, default);
}
