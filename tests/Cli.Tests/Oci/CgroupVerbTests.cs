using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>pause, resume, update and events: what needs a cgroup.</summary>
public sealed class CgroupVerbTests
{
    [Requires(Need.Root)]
    public void A_paused_container_goes_on_when_it_is_resumed()
    {
        using OciBundle bundle = Started("sleep", "1000");
        bundle.Oci("pause", "ID").Succeeds();
        Assert.Equal("paused", bundle.Status);
        Assert.Contains("container not running", bundle.Oci("pause", "ID").Exits(1).Error);
        Assert.Contains("that is not stopped: paused", bundle.Oci("delete", "ID").Exits(1).Error);
        bundle.Oci("resume", "ID").Succeeds();
        Assert.Equal("running", bundle.Status);
        Assert.Contains("container not paused", bundle.Oci("resume", "ID").Exits(1).Error);
    }

    [Requires(Need.Root)]
    public void A_container_that_asked_for_no_cgroup_is_paused_and_limited_all_the_same()
    {
        using OciBundle bundle =
            new OciBundle(config => config["linux"]!.AsObject().Remove("resources"), "sh", "-c", "sleep 1000 & sleep 1000 & wait").Make(
            "create", "start");
        bundle.Oci("pause", "ID").Succeeds();
        Assert.Equal("paused", bundle.Status);
        bundle.Oci("resume", "ID").Succeeds();
        bundle.Oci("update", "--memory", "64m", "--pids-limit=50", "ID").Succeeds();
        Assert.Equal(64 << 20, (long)Stats(bundle)["memory"]!["usage"]!["limit"]!);
        Assert.Equal(50, (long)Stats(bundle)["pids"]!["limit"]!);
        Assert.Equal(3, (long)Stats(bundle)["pids"]!["current"]!);
        bundle.Oci("update", "--cpuset-cpus", "9999", "ID").Exits(1);
        bundle.Oci("delete", "--force", "ID").Succeeds();
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
            Assert.False(Directory.Exists(Path.Combine(hierarchy, bundle.Id)), hierarchy);
    }

    [Requires(Need.Root)]
    public void A_paused_container_can_be_killed_and_deleted()
    {
        using OciBundle killed = Started("sleep", "1000"), deleted = Started("sleep", "1000");
        killed.Oci("pause", "ID").Succeeds();
        killed.Oci("kill", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => killed.Status == "stopped"));
        killed.Oci("delete", "ID").Succeeds();
        int pid = deleted.Pid;
        deleted.Oci("pause", "ID").Succeeds();
        deleted.Oci("delete", "--force", "ID").Succeeds();
        Assert.False(Kernel.IsAlive(pid));
    }

    [Requires(Need.Root)]
    public void All_processes_are_killed_also_when_the_first_has_ended()
    {
        using OciBundle bundle = Started("sleep", "1000");
        bundle.Oci("kill", "--all", "ID", "9").Succeeds();
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        bundle.Oci("kill", "--all", "ID", "9").Succeeds();
    }

    [Requires(Need.Root)]
    public void Limits_are_changed_by_flags_and_by_a_document()
    {
        using OciBundle bundle = Started("sleep", "1000");
        bundle.Oci("update", "--memory", "64m", "--pids-limit=50", "ID").Succeeds();
        Assert.Equal(64 << 20, (long)Stats(bundle)["memory"]!["usage"]!["limit"]!);
        Assert.Equal(50, (long)Stats(bundle)["pids"]!["limit"]!);
        string file = Path.Combine(bundle.Directory, "resources.json");
        File.WriteAllText(file,
            """{"memory":{"limit":83886080,"reservation":0,"kernel":0},"cpu":{"shares":0,"quota":0,"period":0},"blockIO":{"weight":0}}""");
        bundle.Oci("update", "--resources=" + file, "ID").Succeeds();
        Assert.Equal(80 << 20, (long)Stats(bundle)["memory"]!["usage"]!["limit"]!);
        Assert.Equal(50, (long)Stats(bundle)["pids"]!["limit"]!);
        Support.Minirun.Other(new Start { Input = """{"pids":{"limit":60}}""" }, OciBundle.Program, "--root", bundle.Root, "update",
            "--resources", "-", bundle.Id)
            .Succeeds();
        Assert.Equal(60, (long)Stats(bundle)["pids"]!["limit"]!);
    }

    /// <summary>As runc has it since 1.4: no limit is -1, and 0 is the least.</summary>
    [Requires(Need.Root)]
    public void A_limit_of_no_process_is_one_process()
    {
        using OciBundle bundle = Started("sleep", "1000");
        bundle.Oci("update", "--pids-limit", "0", "ID").Succeeds();
        Assert.Equal(1, (long)Stats(bundle)["pids"]!["limit"]!);
        bundle.Oci("update", "--pids-limit", "-1", "ID").Succeeds();
        Assert.Equal(0, (long)Stats(bundle)["pids"]!["limit"]!);
        using OciBundle least =
            new OciBundle(config => config["linux"]!["resources"] = JsonNode.Parse("""{"pids": {"limit": 0}}"""), "sleep", "1000").Make(
            "create", "start");
        Assert.Equal(1, (long)Stats(least)["pids"]!["limit"]!);
    }

    /// <summary>The covered mount is listed as well, and a directory made at its place is no cgroup.</summary>
    [Requires(Need.Root)]
    public void A_container_is_paused_where_a_cgroup_mount_is_hidden_by_a_later_one()
    {
        if (File.ReadLines("/proc/self/mountinfo").Select(Mount.Parse)
            .FirstOrDefault(mount => mount.Type == "cgroup2" && mount.Target != OwnCgroup.Place) is not { } unified)
            return;
        // Without a filter it might mount the hidden one, and so would not run.
        JsonNode ours = JsonNode.Parse(Support.Minirun.Run("run", "--print-spec", Rootfs.Busybox, "true").Succeeds().Out)!;
        using OciBundle bundle = new(config => config["linux"]!["seccomp"] = ours["linux"]!["seccomp"]!.DeepClone(), "sleep", "1000");
        Assert.Equal("", Support.Minirun.Other("unshare", "--mount", "--propagation", "private", "bash", "-euc", $"""
            mount -t tmpfs tmpfs {unified.Target}
            oci() {"{"} '{OciBundle.Program}' --root '{bundle.Root}' "$@" </dev/null >&2; {"}"}
            oci create --bundle '{bundle.Directory}' {bundle.Id}
            oci start {bundle.Id}
            oci pause {bundle.Id}
            '{OciBundle.Program}' --root '{bundle.Root}' state {bundle.Id} | grep -q paused
            oci resume {bundle.Id}
            ls -A {unified.Target}
            oci delete --force {bundle.Id}
            """).Succeeds().Out);
        Assert.Empty(OwnCgroup.Directories(bundle.Id));
    }

    /// <summary>Whoever froze it: an engine, by the freezer of version 1, or somebody by cgroup.freeze of version 2.</summary>
    [Requires(Need.Root)]
    public void A_container_that_was_frozen_by_hand_is_paused_and_can_be_ended()
    {
        foreach (string file in (string[])["freezer.state", "cgroup.freeze"])
        {
            using OciBundle bundle = Started("sleep", "1000");
            // Not every machine has both.
            if (OwnCgroup.Directories(bundle.Id).Select(directory => Path.Combine(directory, file))
                .FirstOrDefault(File.Exists) is not { } path)
                continue;
            File.WriteAllText(path, file == "cgroup.freeze" ? "1" : "FROZEN");
            Assert.Equal("paused", bundle.Status);
            int pid = bundle.Pid;
            bundle.Oci("delete", "--force", "ID").Succeeds();
            Assert.False(Kernel.IsAlive(pid));
        }
    }

    [Requires(Need.Root)]
    public void A_limit_below_what_is_in_use_is_refused_when_that_is_asked_for()
    {
        using OciBundle bundle = new OciBundle(
            config => config["linux"]!["resources"] = JsonNode.Parse("""{"memory": {"limit": 67108864}}"""), "sh", "-c",
            "x=$(seq 1 5000); echo ready; read _; exec sleep 1000").Make(
            "create", "start");
        string file = Path.Combine(bundle.Directory, "resources.json");
        File.WriteAllText(file, """{"memory": {"limit": 4096, "checkBeforeUpdate": true}}""");
        Assert.True(Deadline.Wait(() => (long)Stats(bundle)["memory"]!["usage"]!["usage"]! > 4096));
        string error = bundle.Oci("update", "-r", file, "ID").Exits(1).Error;
        Assert.Contains("linux.resources.memory.limit: 4096 is less than what is in use", error);
        Assert.Equal(64 << 20, (long)Stats(bundle)["memory"]!["usage"]!["limit"]!);
    }

    [Requires(Need.Root)]
    public void A_memory_limit_that_is_too_small_to_start_in_is_named()
    {
        using var bundle = new OciBundle(
            config => config["linux"]!["resources"] = new JsonObject { ["memory"] = new JsonObject { ["limit"] = 4096 } }, "true");
        const string What = "out of memory: the container reached its limit of 4 KiB (linux.resources.memory.limit)";
        Assert.Contains(What, bundle.Oci("create", "--bundle", bundle.Directory, "ID").Exits(1).Error);
        Assert.Contains(What, bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(137).Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
    }

    [Requires(Need.Root)]
    public void A_limit_that_is_none_is_refused()
    {
        using OciBundle bundle = Started("sleep", "1000");
        Assert.Contains("invalid value for memory: invalid size: 'x'", bundle.Oci("update", "--memory", "x", "ID").Exits(1).Error);
        Assert.Contains("open /nowhere: no such file or directory", bundle.Oci("update", "-r", "/nowhere", "ID").Exits(1).Error);
        bundle.Oci("update", "ID").Succeeds();
    }

    [Requires(Need.Root)]
    public void Events_end_with_the_container()
    {
        using OciBundle bundle = Started("sleep", "1000");
        using var events =
            new RunningProgram(Start.Plain, OciBundle.Program, ["--root", bundle.Root, "events", "--interval", "20ms", bundle.Id]);
        events.AwaitOut("\"stats\"");
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        Result result = events.Result().Exits(0);
        JsonNode first = JsonNode.Parse(result.Lines[0])!;
        Assert.Equal(bundle.Id, (string?)first["id"]);
        Assert.NotNull(first["data"]!["cpu"]!["usage"]!["total"]);
        Assert.Contains($"container with id {bundle.Id} is not running", bundle.Oci("events", "--stats", "ID").Exits(1).Error);
    }

    [Requires(Need.Root)]
    public void Events_tell_of_a_kill_for_want_of_memory()
    {
        if (!OciBundle.IsOurs) return;   // the first figures are at once only with ours
        using OciBundle bundle = new OciBundle(config =>
        {
            config["linux"]!["cgroupsPath"] = NewPath();
            config["linux"]!["resources"] = JsonNode.Parse("""{"memory": {"limit": 33554432}}""");
        }, "sleep", "1000").Make("create", "start");
        using var events =
            new RunningProgram(Start.Plain, OciBundle.Program, ["--root", bundle.Root, "events", "--interval", "1h", bundle.Id]);
        events.AwaitOut("\"stats\"");
        for (int times = 1; times <= 2; times++)
        {
            Assert.NotEqual(0, bundle.Oci("exec", "ID", "/probe", "hog", "200").ExitCode);
            events.Await(() => Ooms(events).Length == times, $"line {times} of an OOM kill");
        }
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        events.Result().Exits(0);
        Assert.All(Ooms(events), line => Assert.Equal($$"""{"type":"oom","id":"{{bundle.Id}}"}""", line));
    }

    [Requires(Need.Root)]
    public void Events_tell_of_the_kill_that_ends_the_container()
    {
        if (!OciBundle.IsOurs) return;   // the first figures are at once only with ours
        using OciBundle bundle = new OciBundle(config =>
        {
            config["linux"]!["cgroupsPath"] = NewPath();
            config["linux"]!["resources"] = JsonNode.Parse("""{"memory": {"limit": 33554432}}""");
        }, "sh", "-c", "trap 'exec /probe hog 200' USR1; echo ready; while :; do sleep 0.05; done").Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Out.Contains("ready")));
        using var events =
            new RunningProgram(Start.Plain, OciBundle.Program, ["--root", bundle.Root, "events", "--interval", "1h", bundle.Id]);
        events.AwaitOut("\"stats\"");
        bundle.Oci("kill", "ID", "USR1").Succeeds();
        events.Result().Exits(0);
        Assert.Single(Ooms(events));
    }

    private static string[] Ooms(RunningProgram events) =>
        [.. events.OutSoFar.Split('\n').Where(line => line.Contains("\"oom\"") && line.EndsWith('}'))];

    private static string NewPath() => "/minirun-oci-test-" + Guid.NewGuid().ToString("n");

    // The path gives the container a cgroup also where none is needed.
    private static OciBundle Started(params string[] command) =>
        new OciBundle(config => config["linux"]!["cgroupsPath"] = NewPath(), command).Make("create", "start");

    private static JsonNode Stats(OciBundle bundle) => JsonNode.Parse(bundle.Oci("events", "--stats", "ID").Succeeds().Out)!["data"]!;
}
