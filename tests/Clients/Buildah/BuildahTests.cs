using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Buildah;

/// <summary>buildah: as root, and as an ordinary user rootless.</summary>
[TestCaseOrderer(LeftoversLast.Name, LeftoversLast.Assembly)]
public sealed class BuildahTests : IClassFixture<BuildahClient>
{
    private readonly BuildahClient _client;

    public BuildahTests(BuildahClient client)
    {
        _client = client;
        client.Require();
    }

    [ClientFact]
    public void Each_step_of_a_build_is_a_container()
    {
        string output = Build("steps", "ENV A=b", "RUN echo env $A", "WORKDIR /work", "RUN pwd; echo $(id -u):$(id -g)", "USER 1000:1001",
            "RUN [\"/bin/sh\", \"-c\", \"echo user $(id -u):$(id -g)\"]")
            .Exits(0).Out;
        Assert.Contains("env b\n", output);
        Assert.Contains("/work\n0:0\n", output);
        Assert.Contains("user 1000:1001\n", output);
    }

    [ClientFact]
    public void What_one_step_writes_the_next_one_reads() =>
        Assert.Contains("written\n", Build("layers", "RUN echo written >/file", "RUN cat /file").Exits(0).Out);

    [ClientFact]
    public void A_stage_copies_from_another() =>
        Assert.Contains("copied\n",
            Build("stages", "RUN echo copied >/file", $"FROM {_client.Image}", "COPY --from=0 /file /other", "RUN cat /other")
                .Exits(0).Out);

    [ClientFact]
    public void A_failing_step_fails_the_build_with_its_code()
    {
        Result result = Build("failing", "RUN exit 23");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("23", result.Error);
    }

    [ClientFact]
    public void A_step_that_is_not_there_fails_the_build()
    {
        Result result = Build("absent", "RUN [\"no-such-command\"]");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("executable file not found", result.Error);
    }

    [ClientFact]
    public void A_step_has_a_seccomp_profile_and_no_more_capabilities_than_named() =>
        Assert.Contains("2 0000000000000001\n",
            _client.Run(
                [.. Drop("dropped"),
                    _client.Recipe("dropped",
                        $"FROM {_client.Image}\nRUN echo $(grep -E 'Seccomp:|CapBnd' /proc/self/status | cut -f2 | sort -r)\n")])
                .Exits(0).Out.Replace("0000000000000001 2\n", "2 0000000000000001\n"));

    [ClientFact]
    public void A_volume_is_there_while_a_step_runs()
    {
        _client.Realm.Write("volumes/given", "given\n");
        Assert.Contains("given\n",
            _client.Run(
                [.. Options("volume"), "--volume", _client.Realm.Directory + "/volumes:/v:ro",
                    _client.Recipe("volume", $"FROM {_client.Image}\nRUN cat /v/given\n")])
                .Exits(0).Out);
    }

    [ClientFact]
    public void A_working_container_runs_commands_with_and_without_a_terminal()
    {
        _client.Run("from", "--name", "working", "--pull-never", _client.Image).Exits(0);
        try
        {
            string[] run = ["run", "--isolation", "oci", "--network", "none", "--runtime", RuntimeUnderTest.Path];
            Assert.Equal("hello\n", _client.Run([.. run, "working", "--", "echo", "hello"]).Exits(0).Out);
            Assert.Equal("typed", _client.Run(new Start { Input = "typed" }, [.. run, "working", "--", "cat"]).Exits(0).Out);
            _client.Run([.. run, "working", "--", "sh", "-c", "exit 7"]).Exits(7);
            // It names no cgroup: below its own, by the container's id.
            if (Kernel.Uid == 0)
                Assert.StartsWith("buildah-",
                    OwnCgroup.Check(_client.Run([.. run, "working", "--", "sh", "-c", OwnCgroup.Look]).Exits(0).Out));
            using Pty terminal = _client.Terminal([.. run, "--tty", "working", "--", "sh", "-c", "tty; exit 5"]);
            terminal.Await("/dev/pts/0");
            Assert.Equal(5, terminal.ExitCode());
        }
        finally
        {
            _client.Run("rm", "working").Exits(0);
        }
    }

    [ClientFact]
    public void Limits_are_those_of_the_build()
    {
        if (Kernel.Uid != 0 || !Directory.Exists("/sys/fs/cgroup/memory")) throw new SkippedException("needs root and cgroup v1");
        string output = _client.RunOrSkip(
            [.. Options("limits"), "--memory", "64m", "--cgroup-parent", "/builds",
                _client.Recipe("limits", $"FROM {_client.Image}\nRUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes\n")])
            .Exits(0).Out;
        Assert.Contains("67108864\n", output);
    }

    [ClientFact]
    public void Rootless_isolation_runs_steps_too()
    {
        if (Kernel.Uid == 0) throw new SkippedException("for an ordinary user");
        string[] options = [.. Options("rootless").Select(word => word == "oci" ? "rootless" : word)];
        Assert.Contains("rootless 0\n",
            _client.RunOrSkip([.. options, _client.Recipe("rootless", $"FROM {_client.Image}\nRUN echo rootless $(id -u)\n")])
                .Exits(0).Out);
    }

    [ClientFact]
    public void Four_builds_at_the_same_time()
    {
        Result[] results = new Result[4];
        Thread[] threads = [
            .. Enumerable.Range(0, 4)
                .Select(number => new Thread(() => results[number] = Build($"parallel{number}", $"RUN echo build {number}")))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int number = 0; number < 4; number++) Assert.Contains($"build {number}\n", results[number].Exits(0).Out);
    }

    [ClientFact]
    public void Nothing_is_left() => _client.LeavesNothing();

    private Result Build(string name, params string[] instructions) => _client.Run(_client.Build(name, instructions));

    private static string[] Options(string name) =>
        ["bud", "--isolation", "oci", "--network", "none", "--runtime", RuntimeUnderTest.Path, "--tag", name];

    private static string[] Drop(string name) => [.. Options(name), "--cap-drop", "all", "--cap-add", "chown"];
}
