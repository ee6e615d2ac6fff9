using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A start that hangs: there is no command yet that a signal could be for, so it ends whoever waits.</summary>
public sealed class StuckStartTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(Kernel.SIGTERM, "run", "--rm", "-l", "a=b")]
    [InlineData(Kernel.SIGINT, "run", "--name", "web")]
    [InlineData(Kernel.SIGHUP, "run", "-d", "--rm")]
    public void A_signal_ends_run_and_nothing_is_left(int number, params string[] words)
    {
        string seconds = Seconds();
        using RunningProgram run = _root.Start([.. words, "--runtime", Hanging(seconds), Rootfs.Busybox, "true"]);
        Assert.True(Deadline.Wait(() => Programs.Running("sleep", seconds)), run.ErrorSoFar);
        run.Signal(number);
        run.Result().Fails(128 + number, "came before the command was started");
        Assert.Equal("", _root.Run("ps", "-aq").Succeeds().Out);
        Assert.True(Deadline.Wait(() => !Programs.Running("sleep", seconds)));
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("start", "web")]
    [InlineData("start", "-a", "web")]
    public void A_signal_ends_start_and_the_container_can_be_started_again(params string[] words)
    {
        string seconds = Seconds(), runtime = Hanging(seconds);
        _root.Run("create", "--name", "web", "--runtime", runtime, Rootfs.Busybox, "true").Exits(0);
        using RunningProgram start = _root.Start(words);
        Assert.True(Deadline.Wait(() => Programs.Running("sleep", seconds)), start.ErrorSoFar);
        start.Signal(Kernel.SIGTERM);
        start.Result().Fails(128 + Kernel.SIGTERM, "came before the command was started");
        Assert.Equal("created", _root.Inspect("web", ".State.Status"));
        File.WriteAllText(runtime, "#!/bin/sh\nexit 1\n");
        Assert.Contains("it failed without a word", _root.Run("start", "web").Exits(125).Error);
    }

    /// <summary>Each waits for half a minute, all at once; who ends containers needs a second.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(true)]
    [InlineData(false)]
    public void Those_who_change_a_container_wait_for_its_start_no_longer_than_half_a_minute(bool askerLives)
    {
        string seconds = Seconds();
        _root.Run("create", "--name", "web", "--runtime", Hanging(seconds), Rootfs.Busybox, "true").Exits(0);
        using RunningProgram start = _root.Start("start", "web");
        Assert.True(Deadline.Wait(() => Programs.Running("sleep", seconds)), start.ErrorSoFar);
        if (!askerLives) start.Signal(Kernel.SIGKILL);
        string[] all = askerLives
            ? ["start web", "start -a web", "rename web new", "update --restart always web", "rm web", "container prune -f"]
            : ["start web"];
        Start patient = _root.How with { Deadline = TimeSpan.FromMinutes(3) };
        RunningProgram[] verbs = [.. all.Select(each => Support.Minirun.Start(patient, each.Split(' ')))];
        for (int i = 0; i < all.Length; i++)
            using (verbs[i])
            {
                Result result = verbs[i].Result();
                // What one of several containers says is no failure of prune.
                if (!all[i].Contains("prune")) result.Exits(125);
                string said = askerLives
                    ? $@"container web: a start is under way that does not end: process {start.Pid} \(minirun start\)"
                    : @"container web is neither started nor given up: process \d+ \(minirun-monitor\)";
                Assert.Matches(said + @", for \d+ s\nhint: .*minirun rm -f web", result.Error);
            }
        _root.Run("rm", "-f", "web").Succeeds();
        if (askerLives) start.Result().Fails(125, "was stopped before its command was started");
    }

    /// <summary>The child waits for memory in the kernel, or cannot be executed: then neither waits for the other.</summary>
    [TheoryRequires(Need.OldCgroups)]
    [InlineData("exec", "web", "true")]
    [InlineData("exec", "-d", "web", "true")]
    public void Exec_where_memory_is_full_fails_or_ends_by_a_signal(params string[] words)
    {
        const string fill = "x=$(head -c 40m /dev/zero | tr '\\0' x)";
        string id = _root.Detached(["--name", "web", "-m", "20m", "--oom-kill-disable"], "sh", "-c", fill);
        Assert.True(Deadline.Wait(() => IsFull(id)));
        using RunningProgram exec = _root.Start(words);
        // minirun, its runtime, the child.
        Assert.True(Deadline.Wait(() => exec.HasEnded || Family.Below(exec.Pid).Count >= 2));
        if (!exec.HasEnded) exec.Signal(Kernel.SIGINT);
        Assert.Contains(exec.Result().ExitCode, (int[])[125, 128 + Kernel.SIGINT]);
    }

    /// <summary>A frozen process of cgroup version 1 does not even end by SIGKILL: it is left, and ends when it is thawed.</summary>
    [Requires(Need.Root)]
    public void A_signal_ends_exec_in_what_is_frozen()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        bundle.Oci("pause", "ID").Succeeds();
        string[] words = ["--root", bundle.Root, "exec", "--ignore-paused", bundle.Id, "true"];
        using var exec = new RunningProgram(Start.Plain, OciBundle.Program, words);
        int child = 0;
        Assert.True(Deadline.Wait(() => (child = Family.Below(exec.Pid).FirstOrDefault()) > 0));
        exec.Signal(Kernel.SIGTERM);
        Assert.Contains("SIGTERM came before the command was started", exec.Result().Exits(128 + Kernel.SIGTERM).Error);
        bundle.Oci("resume", "ID").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(child)));
    }

    /// <summary>
    /// A file system of the container's own keeps it: SIGKILL waits for its server, too. What is left in the kernel has nothing of the
    /// caller's: who reads its output sees the end, and who writes its input hears of it.
    /// </summary>
    [TheoryRequires(Need.Root)]
    [InlineData("exec", "ID", "/tmp/program")]
    [InlineData("exec", "--cwd", "/tmp/directory", "ID", "true")]
    [InlineData("exec", "--detach", "--cwd", "/tmp/directory", "ID", "true")]
    public void A_signal_ends_exec_where_a_file_system_does_not_answer(params string[] words)
    {
        using var bundle = new OciBundle(config =>
        {
            foreach (string set in (string[])["bounding", "effective", "permitted"])
                config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_ADMIN");
            config["linux"]!["devices"] = JsonNode.Parse("""[{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}]""");
            config["linux"]!["resources"] = JsonNode.Parse("""{"devices": [{"allow": true, "access": "rwm"}]}""");
        }, "/probe", "fuse", "/tmp");
        bundle.Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Out.Contains("hangs")), bundle.Out);
        string[] command = [.. words.Select(word => word == "ID" ? bundle.Id : word)];
        // In the background it has what its caller gives it, as with runc.
        bool keeps = words.Contains("--detach");
        string own = $"exec </dev/null >'{_directory["out"]}' 2>'{_directory["err"]}'";
        Start how = keeps ? Start.Plain with { Before = own } : Start.Plain;
        using var exec = new RunningProgram(how, OciBundle.Program, ["--root", bundle.Root, .. command]);
        int child = 0;
        Assert.True(Deadline.Wait(() => (child = Family.Below(exec.Pid).Find(IsStuck)) > 0), exec.ErrorSoFar);
        exec.Signal(Kernel.SIGINT);
        Result result = exec.Result().Exits(128 + Kernel.SIGINT);
        if (!keeps) Assert.Throws<IOException>(() => exec.Input.BaseStream.Write(new byte[1]));
        string said = keeps ? _directory.Read("err") : result.Error;
        // A request that the server had not even taken is given up for SIGKILL: then there is nothing to be said.
        if (said.Length == 0 && !Kernel.IsAlive(child)) return;
        Assert.Contains("SIGINT came before the command was started", said);
        Assert.Contains($"process {child} ", said);
        Assert.Contains("waits in the kernel", said);
        bundle.Oci("delete", "--force", "ID").Succeeds();
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(child)));
    }

    /// <summary>A runtime that does not come back from `create`.</summary>
    private string Hanging(string seconds)
    {
        string path = _directory["hanging"];
        File.WriteAllText(path, $"#!/bin/sh\nexec sleep {seconds}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed /* 0755 */);
        return path;
    }

    private static string Seconds() => "7" + Guid.NewGuid().GetHashCode().ToString().TrimStart('-');

    private static bool IsFull(string id) => Directory.EnumerateDirectories("/sys/fs/cgroup/memory", id, SearchOption.AllDirectories)
        .Any(each => File.ReadAllText(each + "/memory.oom_control").Contains("under_oom 1"));

    /// <summary>Of the kernel's fs/fuse/dev.c.</summary>
    private static bool IsStuck(int pid) => Read(pid, "wchan") == "request_wait_answer";

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
