using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A machine may have thousands of monitors: each is to be small.</summary>
public sealed class MonitorMemoryTests : IDisposable
{
    private const int Most = 4096;   // KiB: issue 4
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(25);   // it waits for some seconds
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void An_idle_monitor_has_4_MiB_at_most()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        int monitor = Monitor();
        Assert.True(Deadline.Wait(() => Resident(monitor) <= Most, s_soon), $"{Resident(monitor)} KiB");
    }

    [Fact]
    public void It_gives_back_what_it_needed_for_work()
    {
        _root.Detached(["--name", "web", "--health-cmd", "true", "--health-interval", "100ms"], "sh", "-c", "seq 100000; sleep 1000");
        int monitor = Monitor();
        Assert.True(_root.Becomes("web", ".State.Health.Status", "healthy"));
        Assert.True(Deadline.Wait(() => Resident(monitor) <= Most, s_soon), $"{Resident(monitor)} KiB");
        Assert.EndsWith("\n100000\n", _root.Run("logs", "web").Exits(0).Out);
    }

    private int Monitor() => int.Parse(_root.Inspect("web", ".State.ConmonPid"), CultureInfo.InvariantCulture);

    /// <summary>KiB.</summary>
    private static int Resident(int pid) => int.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^3], CultureInfo.InvariantCulture);
}
