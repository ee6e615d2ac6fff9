using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>What docs/performance.md says of a start, as far as it does not depend on how busy the machine is.</summary>
public sealed class StartCostTests
{
    private const int Most = 420;

    [Requires(Need.UserNamespaces | Need.Strace)]
    public void A_start_makes_fewer_system_calls_than_the_page_of_performance_says()
    {
        using var files = new TemporaryDirectory();
        Result result = Minirun.Other("strace", "-f", "-c", "-o", files["calls"], Programs.Minirun, "run", "--userns", "single",
            Rootfs.Busybox, "/bin/true");
        result.Succeeds();
        string total = File.ReadLines(files["calls"]).Last(line => line.TrimEnd().EndsWith(" total", StringComparison.Ordinal));
        int calls = int.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
        Assert.InRange(calls, 200, Most);
    }

    /// <summary>The second, for finalizers, is made when a collection has found some (src/Init/RuntimeStart.cs).</summary>
    [Requires(Need.UserNamespaces)]
    public void While_a_container_runs_minirun_has_one_thread()
    {
        using RunningProgram program = Container.Start([], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        Assert.Single(Directory.GetDirectories($"/proc/{program.Pid}/task"));
        program.Input.Close();
        program.Result().Succeeds();
    }

    [Requires(Need.UserNamespaces | Need.Strace)]
    public void A_verb_that_collects_gets_its_thread_for_finalizers()
    {
        using var root = new Engine.EngineRoot();
        using var files = new TemporaryDirectory();
        root.Run("run", "-d", "--net", "none", "--name", "talker", Rootfs.Busybox, "seq", "100000").Succeeds();
        root.Run("wait", "talker").Succeeds();
        Result logs =
            Minirun.Other(root.How, "strace", "-f", "-e", "trace=prctl", "-o", files["calls"], Programs.Minirun, "logs", "talker");
        Assert.EndsWith("\n100000\n", logs.Succeeds().Out, StringComparison.Ordinal);
        Assert.Single(File.ReadLines(files["calls"]), line => line.Contains(".NET Finalizer", StringComparison.Ordinal));
    }

    /// <summary>fork-news begins without libc and makes the area of its only thread itself (src/Init/EarlyStart.cs).</summary>
    [Fact]
    public void The_variables_of_a_thread_have_room_in_the_area_that_fork_news_makes()
    {
        const int room = 640, threadLocal = 7 /* PT_TLS of <elf.h> */;
        byte[] program = File.ReadAllBytes(Programs.Minirun);
        long headers = BitConverter.ToInt64(program, 0x20);
        int size = BitConverter.ToUInt16(program, 0x36), count = BitConverter.ToUInt16(program, 0x38);
        long[] memory = [.. Enumerable.Range(0, count).Select(i => (int)headers + i * size)
            .Where(at => BitConverter.ToInt32(program, at) == threadLocal).Select(at => BitConverter.ToInt64(program, at + 0x28))];
        Assert.InRange(Assert.Single(memory), 8, room);
    }
}
