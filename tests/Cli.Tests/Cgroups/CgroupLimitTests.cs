using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Cgroups;

using Minirun = Support.Minirun;

/// <summary>Limits of a whole container, by the kernel that is here.</summary>
public sealed class CgroupLimitTests
{
    [Requires(Need.Root)]
    public void A_container_that_takes_too_much_memory_is_killed_and_told_of()
    {
        Result result = Container.Run(["--memory", "32m"], "/probe", "hog", "200");
        result.Exits(137);
        Assert.Contains("minirun: out of memory: the container reached its limit of 32 MiB", result.Error);
        Assert.Equal(1, result.Error.Split('\n').Count(line => line.StartsWith("minirun: ", StringComparison.Ordinal)));
    }

    [Requires(Need.Root)]
    public void A_container_below_its_limit_is_left_alone() =>
        Assert.Equal("hogged 20 MB", Container.Run(["-m", "64m"], "/probe", "hog", "20").Succeeds().Lines[0]);

    [Requires(Need.Root)]
    public void A_child_that_takes_too_much_does_not_take_the_container_with_it()
    {
        Result result = Container.Run(["-m=32M"], "sh", "-c", "/probe hog 200; echo $?");
        result.Exits(0);
        Assert.Equal("137", result.Lines[0]);
        Assert.Contains("out of memory", result.Error);
    }

    [Requires(Need.Root)]
    public void A_fork_bomb_is_capped()
    {
        Result result =
            Container.Run(["--pids-limit", "20"], "sh", "-c", "b() { b | b & }; for i in $(seq 50); do sleep 60 & done; b; wait");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("can't fork", result.Error);
    }

    [Requires(Need.Root | Need.TwoProcessors)]
    public void Processors_are_the_ones_that_were_given() =>
        Assert.Equal("Cpus_allowed_list: 1", Container.Run(["--cpuset-cpus", "1"], "/probe", "affinity").Succeeds().Lines[0]);

    [Requires(Need.Root)]
    public void A_part_of_a_processor_is_a_quota()
    {
        using RunningProgram program = Container.Start(["--cpus", "0.1"], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        IEnumerable<string> quotas = Directories($"minirun-{program.Pid}-*")
            .SelectMany(directory => Directory.GetFiles(directory, "cpu.cfs_quota_us").Concat(Directory.GetFiles(directory, "cpu.max")))
            .Select(File.ReadAllText);
        Assert.Contains(quotas, text => text.Trim() is "10000" or "10000 100000");
        program.Input.Close();
        program.Result().Succeeds();
    }

    [Requires(Need.Root)]
    public void The_container_sees_its_own_cgroup_as_the_root()
    {
        foreach (string line in Container.Sh(["-m", "64m", "--pids-limit", "50"], "cat /proc/self/cgroup").Split('\n'))
            if (line.Contains(":memory:") || line.Contains(":pids:") || line.StartsWith("0::", StringComparison.Ordinal))
                Assert.EndsWith(":/", line);
    }

    [Requires(Need.Root)]
    public void The_cgroup_is_made_below_the_parent_and_both_go_at_the_end()
    {
        string parent = "/cli-minirun-" + TestRun.Id[..8];
        using RunningProgram program = Container.Start(["--pids-limit", "50", "--cgroup-parent", parent], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        Assert.Contains($"{parent}/minirun-{program.Pid}-", File.ReadAllText($"/proc/{TaskOf(program)}/cgroup"));
        program.Input.Close();
        program.Result().Succeeds();
        Assert.Empty(Directories("*" + parent[1..]));
    }

    [Requires(Need.Root)]
    public void What_a_killed_minirun_left_is_removed_by_the_next()
    {
        using (RunningProgram program = Container.Start(["-m", "64m"], "sh", "-c", "echo ready; cat"))
        {
            program.AwaitOut("ready");
            int child = TaskOf(program);
            // Now: the next may be one of the tests beside this one.
            Assert.NotEmpty(Directories($"minirun-{program.Pid}-*"));
            program.Signal(Kernel.SIGKILL);
            Assert.True(Deadline.Wait(() => program.HasEnded && !Kernel.IsAlive(child)));
            // Its processes have ended, and their cgroup empties in a moment.
            Assert.True(Deadline.Wait(() =>
            {
                Container.Run(["-m", "64m"], "true").Succeeds();
                return Directories($"minirun-{program.Pid}-*").Length == 0;
            }));
        }
    }

    [Requires(Need.Root)]
    public void A_cgroup_of_the_living_is_not_swept_away()
    {
        using RunningProgram program = Container.Start(["--pids-limit", "50"], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        Container.Run(["--pids-limit", "50"], "true").Succeeds();
        Assert.NotEmpty(Directories($"minirun-{program.Pid}-*"));
        program.Input.Close();
        program.Result().Succeeds();
        Assert.Empty(Directories($"minirun-{program.Pid}-*"));
    }

    [Requires(Need.Root)]
    public void A_container_may_leave_cgroups_of_its_own_behind()
    {
        using RunningProgram program = Container.Start(["--pids-limit", "50"], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        foreach (string directory in Directories($"minirun-{program.Pid}-*"))
            Directory.CreateDirectory(Path.Combine(directory, "below", "deeper"));
        program.Input.Close();
        program.Result().Succeeds();
        Assert.Empty(Directories($"minirun-{program.Pid}-*"));
    }

    [Requires(Need.User)]
    public void An_ordinary_user_without_delegation_is_told_what_is_missing() =>
        Container.Run(["-m", "64m"], "true").Fails(125, "cgroup");

    [Theory]
    [InlineData("--memory", "lots")]
    [InlineData("--memory", "")]
    [InlineData("--memory", "5x")]
    [InlineData("--cpus", "0")]
    [InlineData("--cpus", "half")]
    [InlineData("--cpu-quota", "10")]
    [InlineData("--cpuset-cpus", "a")]
    [InlineData("--pids-limit", "many")]
    [InlineData("--blkio-weight", "5")]
    [InlineData("--device-read-bps", "/dev/null:1m")]
    [InlineData("--cgroup-parent", "/a/../..")]
    [InlineData("--cgroup-conf", "memory.high")]
    public void A_bad_value_is_refused(string flag, string value) => Container.Run([flag, value], "true").Fails(125, flag);

    [Theory]
    [InlineData("512m", 512L << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("4096", 4096)]
    [InlineData("64mb", 64L << 20)]
    [InlineData("64K", 64L << 10)]
    public void Sizes_are_as_in_docker(string text, long bytes) =>
        Assert.Contains($"\"limit\": {bytes.ToString(CultureInfo.InvariantCulture)}",
            Minirun.Run("run", "--print-spec", "-m", text, Rootfs.Busybox, "true").Succeeds().Out);

    [Fact]
    public void The_document_has_the_limits()
    {
        string spec = Minirun.Run("run", "--print-spec", "--cpus", "1.5", "-c", "512", "--cpuset-cpus=0-1", "--pids-limit", "7",
            "--blkio-weight", "300", "--cgroup-conf", "memory.high=1g", Rootfs.Busybox, "true")
            .Succeeds().Out;
        foreach (string part in (string[])["\"quota\": 150000", "\"period\": 100000", "\"shares\": 512", "\"cpus\": \"0-1\"",
            "\"limit\": 7", "\"weight\": 300", "\"memory.high\": \"1g\""])
            Assert.Contains(part, spec);
    }

    [Theory]
    [InlineData("\"reservation\": 33554432", "--memory-reservation", "32m")]
    [InlineData("\"swap\": 134217728", "--memory", "64m", "--memory-swap", "128m")]
    [InlineData("\"swappiness\": 10", "--memory-swappiness", "10")]
    [InlineData("\"disableOOMKiller\": true", "--oom-kill-disable")]
    [InlineData("\"period\": 50000", "--cpu-period", "50000", "--cpu-quota", "25000")]
    [InlineData("\"mems\": \"0\"", "--cpuset-mems", "0")]
    public void The_document_has_the_rarer_limits_too(string part, params string[] flags) =>
        Assert.Contains(part, Minirun.Run(["run", "--print-spec", .. flags, Rootfs.Busybox, "true"]).Succeeds().Out);

    [Theory]
    [InlineData("weightDevice", "--blkio-weight-device", "200", "\"weight\": 200")]
    [InlineData("throttleReadBpsDevice", "--device-read-bps", "1m", "\"rate\": 1048576")]
    [InlineData("throttleWriteBpsDevice", "--device-write-bps", "1m", "\"rate\": 1048576")]
    [InlineData("throttleReadIOPSDevice", "--device-read-iops", "300", "\"rate\": 300")]
    [InlineData("throttleWriteIOPSDevice", "--device-write-iops", "300", "\"rate\": 300")]
    public void The_document_has_the_limits_of_disks(string member, string flag, string value, string part)
    {
        Container.Run([flag, "/dev/nosuch:" + value], "true").Fails(125, flag, "/dev/nosuch");
        Container.Run([flag, value], "true").Fails(125, flag);
        string? disk =
            Directory.GetDirectories("/sys/class/block").Select(path => "/dev/" + Path.GetFileName(path)).FirstOrDefault(File.Exists);
        if (disk is null) return;
        string spec = Minirun.Run("run", "--print-spec", flag, $"{disk}:{value}", Rootfs.Busybox, "true").Succeeds().Out;
        Assert.Contains($"\"{member}\"", spec);
        Assert.Contains(part, spec);
    }

    [Requires(Need.Root)]
    public void A_container_file_has_composes_keys()
    {
        string file = TestRun.NewPath("limits") + ".yaml";
        File.WriteAllText(file, $$"""
            rootfs: {{Rootfs.Busybox}}
            mem_limit: 64m
            cpus: 1.5
            pids_limit: 30
            blkio_config: {weight: 300}
            command: [cat, /proc/self/cgroup]
            """);
        string spec = Minirun.Run("run", "--print-spec", "--file", file).Succeeds().Out;
        foreach (string part in (string[])["\"limit\": 67108864", "\"quota\": 150000", "\"limit\": 30", "\"weight\": 300"])
            Assert.Contains(part, spec);
    }

    private static int TaskOf(RunningProgram program) =>
        int.Parse(File.ReadAllText($"/proc/{program.Pid}/task/{program.Pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string[] Directories(string pattern) => OwnCgroup.Directories(pattern);
}
