using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>A machine may have thousands of monitors: each is to be small.</summary>
public sealed class MonitorMemoryTests : IDisposable
{
    private const int Most = 4096, Little = 1024;   // KiB: issue 4
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);   // it waits for some seconds
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

    [Fact]
    public void It_gives_back_as_much_after_later_work()
    {
        // The page cache of what is written at once has large pages. Another program writes it: a neighbour's clones hold our descriptors
        // ("text file busy").
        using var directory = new TemporaryDirectory();
        string program = directory["minirun"];
        Minirun.Other("dd", $"if={Programs.Minirun}", $"of={program}", "bs=32M").Exits(0);
        Minirun.Other("chmod", "755", program).Exits(0);
        Minirun.Other(_root.How, program, "run", "-d", "-i", "--name", "web", "--restart", "always", Rootfs.Busybox, "sh", "-c",
            "while read line && [ $line != end ]; do seq 2000; done")
            .Exits(0);
        int idle = 0;
        for (int round = 0; round < 3; round++)
        {
            int monitor = Monitor();
            Assert.True(Deadline.Wait(() => Resident(monitor) <= Most, s_soon), $"idle: {Resident(monitor)} KiB");
            if (round == 0) idle = Resident(monitor);
            using (RunningProgram attached = Typed("x")) attached.AwaitOut("\n2000\n");
            foreach (string[] work in (string[][])[["exec", "web", "true"], ["logs", "--tail", "1", "web"], ["kill", "-s", "CONT", "web"]])
                Minirun.Other(_root.How, program, work);
            Assert.True(Deadline.Wait(() => Resident(monitor) <= Math.Min(Most, idle + Little), s_soon),
                $"after work: {Resident(monitor)} KiB, at first {idle}");
            if (round > 0) continue;
            // The same monitor makes its container anew.
            using (Typed("end")) Assert.True(_root.Becomes("web", ".RestartCount", "1"));
            Assert.Equal(monitor, Monitor());
        }
    }

    /// <summary>Somebody attached, who has typed that.</summary>
    private RunningProgram Typed(string line)
    {
        RunningProgram attached = _root.Start("attach", "web");
        attached.Input.Write(line + "\n");
        attached.Input.Flush();
        return attached;
    }

    private int Monitor() => int.Parse(_root.Inspect("web", ".State.ConmonPid"), CultureInfo.InvariantCulture);

    /// <summary>KiB.</summary>
    private static int Resident(int pid) =>
        int.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^3],
            CultureInfo.InvariantCulture);
}
