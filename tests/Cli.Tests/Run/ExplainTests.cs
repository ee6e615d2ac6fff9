using System.Text.Json;
using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class ExplainTests
{
    [Fact]
    public void Explain_prints_the_plan_runs_it_and_marks_each_operation()
    {
        Result result = Container.Run(["--explain=full"], "echo", "hello").Exits(0);
        Assert.Equal("hello\n", result.Out);
        foreach (string words in (string[])["pivot_root(", "CLONE_NEWUSER|CLONE_NEWPID", "execve(", "µs"])
            Assert.Contains(words, result.Error);
        string[] planned = Names(Container.Run(["--explain=json"], "true").Exits(0).Error, "planned");
        foreach (string name in planned) Assert.Contains(name, result.Error);
        foreach (string name in planned)
            Assert.Matches($@"(?m)^done +[0-9]+ {System.Text.RegularExpressions.Regex.Escape(name)}( |$)", result.Error);
    }

    [Fact]
    public void Explain_prints_phases_runs_them_and_marks_each()
    {
        Result result = Container.Run(["--explain"], "echo", "hello").Exits(0);
        Assert.Equal("hello\n", result.Out);
        string[] phases = [
            .. Container.Run(["--explain=json"], "true").Exits(0).Error.TrimEnd('\n').Split('\n')
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("phase").GetString()!).Distinct()];
        Assert.InRange(phases.Length, 8, 12);
        foreach (string phase in phases) Assert.Matches($@"(?m)^done +[0-9]+ {phase}( |$)", result.Error);
        Assert.All(result.Error.TrimEnd('\n').Split('\n'), line => Assert.InRange(line.Length, 1, 80));
        // Each operation is named in one of them.
        foreach (string name in Names(Container.Run(["--explain=json"], "true").Exits(0).Error, "planned"))
            Assert.Contains(name, result.Error);
    }

    [Fact]
    public void Explain_json_is_an_object_a_line_and_every_operation_is_done()
    {
        string[] lines = Container.Run(["--explain=json"], "true").Exits(0).Error.TrimEnd('\n').Split('\n');
        string[] planned = Names(string.Join('\n', lines), "planned"), done = Names(string.Join('\n', lines), "done");
        Assert.Contains("pivot_root", planned);
        Assert.Contains("exec", done);
        Assert.Equal(planned, done);
        foreach (string line in lines)
        {
            JsonElement entry = JsonDocument.Parse(line).RootElement;
            if (entry.GetProperty("status").GetString() != "planned") continue;
            Assert.NotEmpty(entry.GetProperty("call").GetString()!);
            Assert.NotEmpty(entry.GetProperty("why").GetString()!);
        }
    }

    [Fact]
    public void Explain_marks_the_operation_that_failed()
    {
        Assert.Contains("failed", Container.Run(["--explain"], "not-there").Fails(127, "not-there").Error);
        Assert.Equal(["exec"], Names(Container.Run(["--explain=json"], "not-there").Exits(127).Error, "failed"));
    }

    [Fact]
    public void An_unknown_form_is_refused() =>
        Container.Run(["--explain=xml"], "true").Fails(125, "--explain=xml", "json");

    [Fact]
    public void A_dry_run_prints_the_plan_and_runs_nothing()
    {
        using var rootfs = new TemporaryRootfs();
        string before = Tree.Describe(rootfs.Path);
        Result result = Support.Minirun.Run("run", "--dry-run", "-w", "/made", rootfs.Path, "touch", "/ran").Succeeds();
        Assert.Contains("execve(", result.Out);
        Assert.Equal(before, Tree.Describe(rootfs.Path));
    }

    [Fact]
    public void Step_goes_on_with_each_Enter()
    {
        var how = new Start { Input = new string('\n', 100) + "for the command\n", Before = NoTerminal };
        Result result = Container.Run(how, ["--step"], "cat").Exits(0);
        Assert.EndsWith("for the command\n", result.Out);
        Assert.Contains("Enter", result.Error);
        Assert.Contains("pivot_root", result.Error);
    }

    [Fact]
    public void Step_asks_for_each_operation_once_and_in_order()
    {
        var how = new Start { Input = new string('\n', 100), Before = NoTerminal };
        string said = Container.Run(how, ["--step"], "true").Exits(0).Error;
        int[] asked = [.. Regex.Matches(said, @"^ *(\d+) \S", RegexOptions.Multiline).Select(match => int.Parse(match.Groups[1].Value))];
        Assert.Equal(Enumerable.Range(1, asked.Length), asked);
    }

    /// <summary>None of them is passed over in silence where the container is one with a monitor, and nothing is run.</summary>
    [Theory]
    [InlineData("run", "--print-spec", "-v", "vol:/x")]
    [InlineData("run", "--dry-run", "-l", "a=b")]
    [InlineData("run", "--step", "--restart", "no")]
    [InlineData("run", "--without", "hostname", "-d")]
    [InlineData("create", "--print-spec")]
    public void A_container_with_a_monitor_is_not_shown(params string[] words)
    {
        using var root = new Engine.EngineRoot();
        Result result =
            root.Run([.. words, Rootfs.Busybox, "echo", "ran"]).Fails(125, "--print-spec", "do not go with", "drop the other flag");
        Assert.Equal("", result.Out);
        Assert.Equal("", root.Run("ps", "-aq").Succeeds().Out);
    }

    [Fact]
    public void Step_waits_before_each_operation()
    {
        using RunningProgram program =
            Support.Minirun.Start(new Start { Before = NoTerminal }, "run", "--step", Rootfs.Busybox, "echo", "ran");
        for (int step = 1; !program.HasEnded && step < 200; step++)
        {
            int prompts = step;
            program.Await(() => program.ErrorSoFar.Split("Enter to continue").Length > prompts || program.OutSoFar.Contains("ran"),
                $"prompt {step}");
            if (program.OutSoFar.Contains("ran")) break;
            program.Input.Write('\n');
            program.Input.Flush();
        }
        Assert.Equal("ran\n", program.Result().Exits(0).Out);
    }

    [Fact]
    public void Step_ends_the_container_when_the_input_ends()
    {
        Container.Run(new Start { Input = "\n\n\n", Before = NoTerminal }, ["--step"], "echo", "ran").Fails(125, "--step", "input ended");
    }

    [Fact]
    public void Print_spec_is_an_OCI_document()
    {
        using JsonDocument spec = Spec("-e", "A=1", "--read-only", "-u", "0:0", "-h", "x", "--ulimit", "nofile=5:6");
        JsonElement root = spec.RootElement, process = root.GetProperty("process");
        Assert.StartsWith("1.", root.GetProperty("ociVersion").GetString());
        Assert.Equal("x", root.GetProperty("hostname").GetString());
        Assert.Equal(Rootfs.Busybox, root.GetProperty("root").GetProperty("path").GetString());
        Assert.True(root.GetProperty("root").GetProperty("readonly").GetBoolean());
        Assert.Equal("sh", process.GetProperty("args")[0].GetString());
        Assert.Contains("A=1", process.GetProperty("env").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal("RLIMIT_NOFILE", process.GetProperty("rlimits")[0].GetProperty("type").GetString());
        Assert.Contains("user",
            root.GetProperty("linux").GetProperty("namespaces").EnumerateArray().Select(each => each.GetProperty("type").GetString()));
        Assert.Contains("/proc", root.GetProperty("mounts").EnumerateArray().Select(each => each.GetProperty("destination").GetString()));
    }

    [Theory]
    [InlineData("/batch/", "/batch/web")]
    [InlineData("batch.slice", "batch.slice:minirun:web")]
    public void The_document_says_where_the_cgroup_goes(string parent, string path)
    {
        using JsonDocument spec = Spec("--cgroup-parent", parent, "--name", "web", "--memory", "64m");
        JsonElement linux = spec.RootElement.GetProperty("linux");
        Assert.Equal(path, linux.GetProperty("cgroupsPath").GetString());
        Assert.Equal(64 << 20, linux.GetProperty("resources").GetProperty("memory").GetProperty("limit").GetInt64());
        using JsonDocument without = Spec("--memory", "64m");
        Assert.False(without.RootElement.GetProperty("linux").TryGetProperty("cgroupsPath", out _));
    }

    [Requires(Need.Root)]
    public void A_cgroup_is_a_step_of_its_own()
    {
        Assert.Equal(["cgroup", "clone"], Names(Container.Run(["--explain=json", "--memory", "64m"], "true").Exits(0).Error, "done")[..2]);
        Assert.DoesNotContain("cgroup", Names(Container.Run(["--explain=json"], "true").Exits(0).Error, "done"));
        Assert.Contains("67108864", Container.Run(["--dry-run", "--memory", "64m"], "true").Succeeds().Out);
        // In none of its own it is in ours.
        Assert.Equal(File.ReadAllText("/proc/self/cgroup"),
            Container.Run(["--memory", "64m", "--ns", "user,pid,mnt", "--without", "cgroup"], "cat", "/proc/self/cgroup").Exits(0).Out);
    }

    [Requires(Need.Root | Need.Runc)]
    public void Runc_runs_what_print_spec_prints() => RunsAs("runc");

    [Requires(Need.Root | Need.Crun)]
    public void Crun_runs_what_print_spec_prints() => RunsAs("crun");

    [Theory]
    [InlineData("hostname", "hostname: now")]
    [InlineData("no_new_privs", "no_new_privs: now")]
    public void What_is_left_out_is_said(string operation, string words)
    {
        Result result = Container.Run(["--without", operation], "true").Exits(0);
        Assert.Contains("left out", result.Error);
        Assert.Contains(words, result.Error);
    }

    [Fact]
    public void What_is_left_out_is_not_done()
    {
        Result result =
            Container.Run(["--without", "hostname,no_new_privs"], "sh", "-c", "hostname; grep NoNewPrivs /proc/self/status").Exits(0);
        Assert.Equal([File.ReadAllText("/proc/sys/kernel/hostname").Trim(), "NoNewPrivs:\t0"], result.Lines);
    }

    [Fact]
    public void An_operation_that_is_not_there_is_refused_with_those_that_are() =>
        Container.Run(["--without", "gravity"], "true").Fails(125, "--without gravity", "hostname");

    [Fact]
    public void What_nothing_runs_without_cannot_be_left_out() =>
        Container.Run(["--without", "clone"], "true").Fails(125, "--without clone");

    // The tests may run in a terminal, whose Enter --step would wait for.
    private const string NoTerminal = "[ -n \"$STEP_ALONE\" ] || STEP_ALONE=1 exec setsid -w bash -c 'exec \"$0\" \"$@\"' \"$0\" \"$@\"";

    private static JsonDocument Spec(params string[] options) =>
        JsonDocument.Parse(Container.Run([.. options, "--print-spec"], "sh").Succeeds().Out);

    private static string[] Names(string lines, string status) =>
        [
            .. lines.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
                .Where(entry => entry.GetProperty("status").GetString() == status).Select(entry => entry.GetProperty("name").GetString()!)];

    private static void RunsAs(string runtime)
    {
        using var bundle = new TemporaryDirectory();
        bundle.Write("config.json", Container.Run(["--print-spec", "-h", "by-a-peer"], "hostname").Succeeds().Out);
        string id = "cli-tests-" + Guid.NewGuid().ToString("n")[..8];
        Result result = Support.Minirun.Other(runtime, "--root", bundle["state"], "run", "--bundle", bundle.Path, id);
        Assert.True(result is { ExitCode: 0, Out: "by-a-peer\n" }, result.ToString());
    }
}
