using System.Diagnostics;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>One side does not take what is for it: nothing else stands still.</summary>
public sealed class FlowTests
{
    private static readonly string s_paste = string.Concat(Enumerable.Repeat(new string('x', 63) + "\n", 3200));

    /// <summary>Those that can be left.</summary>
    public static TheoryData<string> Ways => ["foreground with a monitor", "start -a", "-d and attach", "exec"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void After_a_long_paste_that_is_not_read_the_size_and_the_keys_still_work(string name)
    {
        using var trial = new Trial(Way.All.Single(each => each.Name == name));
        const string script = "trap 'stty size' WINCH; echo re''ady; while :; do sleep 0.02; done";
        using Pty pty = trial.InTerminal("", ["-t"], "sh", "-c", script);
        pty.Await("ready");
        var paste = new Thread(() => pty.Type(s_paste)) { IsBackground = true };
        paste.Start();
        Assert.True(Deadline.Wait(() => !paste.IsAlive), "the paste is not taken");
        pty.Resize(44, 55);
        pty.Await("44 55");
        pty.Type("\x10\x11");
        Assert.Equal(0, pty.ExitCode());
    }

    /// <summary>Those that keep --timeout.</summary>
    public static TheoryData<string, string> WaysInTime
    {
        get
        {
            var ways = new TheoryData<string, string>();
            foreach (Way way in Way.All)
                if (Needs.Skip(way.Needs) is null && !way.IsInOther && way.Name != "minirun-oci run")
                    foreach (string user in (string[])["root", "student"]) ways.Add(way.Name, user);
            return ways;
        }
    }

    [TheoryRequires(Need.SubordinateIdsOrRoot)]
    [MemberData(nameof(WaysInTime))]
    public void A_timeout_is_kept_though_nobody_takes_the_output(string name, string user)
    {
        using var trial = new Trial(Way.All.Single(each => each.Name == name)) { Before = Fact.NoTaker, Redirected = Fact.ToNoTaker };
        using RunningProgram running = trial.Start(["--timeout", "500ms", "-u", user], "yes");
        running.Result().Exits(137);
    }

    [Requires(Need.UserNamespaces)]
    public void A_slow_reader_holds_up_nothing_of_a_container_that_has_ended_and_gets_all_that_it_wrote()
    {
        using var root = new EngineRoot();
        using var directory = new TemporaryDirectory();
        string gate = directory["gate"], log = "";
        Support.Minirun.Other("mkfifo", gate).Succeeds();
        string script = $"\"$@\" | (read -r go <{gate}; wc -c); exit ${{PIPESTATUS[0]}}";
        string line = new('y', 1000);
        string[] words = ["run", "--name", "web", "-l", "a=b", Rootfs.Busybox, "yes", line];
        using var pipe = new RunningProgram(root.How, "/bin/bash", ["-c", script, "pipe", Programs.Minirun, .. words]);
        // Until it has to wait for its reader.
        long length = 0;
        var still = Stopwatch.StartNew();
        Assert.True(Deadline.Wait(() =>
        {
            log = Directory.EnumerateFiles(root.Path, "*-json.log", SearchOption.AllDirectories).FirstOrDefault("");
            long now = log.Length > 0 ? new FileInfo(log).Length : 0;
            if (now != length) still.Restart();
            length = now;
            return length > 0 && still.ElapsedMilliseconds > 500;
        }));
        root.Run("stop", "web").Succeeds();
        Assert.Equal("exited 143", root.Inspect("web", ".State.Status") + " " + root.Inspect("web", ".State.ExitCode"));
        long written = File.ReadLines(log).Count(entry => entry.Contains(line)) * (line.Length + 1L);
        root.Run("start", "web").Succeeds();
        root.Run("rm", "-f", "web").Succeeds();
        File.WriteAllText(gate, "go\n");
        Result result = pipe.Result().Exits(143);
        Assert.InRange(long.Parse(result.Out), written, written + line.Length);
    }
}
