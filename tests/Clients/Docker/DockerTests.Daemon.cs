using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Docker;

public sealed partial class DockerTests
{
    [ClientFact]
    public void Docker_knows_the_runtime_and_uses_it_by_default()
    {
        Assert.Equal("under-test", Client.Run("info", "--format", "{{.DefaultRuntime}}").Exits(0).Out.Trim());
        Assert.Contains("under-test",
            Client.Run("info", "--format", "{{range $name, $runtime := .Runtimes}}{{$name}} {{end}}").Exits(0).Out);
        using Detached container = Client.Sleeping();
        Assert.Equal("under-test", container.Inspect("{{.HostConfig.Runtime}}"));
    }

    [ClientFact]
    public void A_container_can_ask_for_the_runtime_by_name() =>
        Assert.Equal("named", Client.Sh(["--runtime", "under-test"], "echo named"));

    [ClientFact]
    public void Containers_of_another_runtime_run_beside_it()
    {
        if (RuntimeUnderTest.Runc is null) throw new SkippedException("runc is not here");
        using Detached ours = Client.Sleeping(), theirs = Client.Sleeping("--runtime", "second-opinion");
        Assert.Equal("ours theirs", ours.Sh("echo ours") + " " + theirs.Sh("echo theirs"));
    }

    [ClientFact]
    public void A_network_of_dockers_own_is_joined()
    {
        Client.Run("network", "create", "inner").Exits(0);
        try
        {
            using Detached server = Client.Detach(["--network", "inner"], "sh", "-c", "echo hello | nc -l -p 7777");
            string address = server.Inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}").Trim();
            Assert.Equal("hello", Client.Sh(["--network", "inner"], $"until nc {address} 7777 </dev/null; do sleep 0.05; done"));
        }
        finally
        {
            Client.Run("network", "rm", "inner").Exits(0);
        }
    }

    [ClientFact]
    public void A_health_check_runs_by_itself()
    {
        using Detached container = Client.Sleeping("--health-cmd", "test -e /well", "--health-interval", "200ms", "--health-retries", "1");
        Assert.True(Deadline.Wait(() => container.Inspect("{{.State.Health.Status}}") == "unhealthy"));
        container.Exec("touch", "/well").Exits(0);
        Assert.True(Deadline.Wait(() => container.Inspect("{{.State.Health.Status}}") == "healthy"));
    }

    [ClientFact]
    public void A_container_that_fails_is_started_again()
    {
        using Detached container = Client.Detach(["--restart", "on-failure:2"], "sh", "-c", "echo run; exit 1");
        Assert.True(Deadline.Wait(() => container.Logs == "run\nrun\nrun\n"));
        Assert.True(Deadline.Wait(() => container.Inspect("{{.State.Status}} {{.RestartCount}}") == "exited 2"));
    }

    [ClientFact]
    public void Docker_learns_that_memory_was_too_little()
    {
        Controller("memory");
        // The shim tells of the end and of the memory on two ways; on a busy machine dockerd hears of the end first, and then of nothing
        // more.
        for (int attempt = 1; ; attempt++)
        {
            using Detached container = Client.Detach(["--memory", "20m"], "tail", "/dev/zero");
            container.Wait();
            if (container.Inspect("{{.State.OOMKilled}}") == "true") return;
            Assert.True(attempt < 4, "never in four attempts");
        }
    }

    [ClientFact]
    public void The_limit_of_processes_of_a_running_container_changes()
    {
        string pids = Controller("pids");
        using Detached container = Client.Sleeping();
        container.Do("update", "--pids-limit", "33").Exits(0);
        Assert.Equal("33", container.Sh($"cat {pids}/pids.max"));
    }

    [ClientFact]
    public void The_default_seccomp_profile_refuses_user_namespaces() =>
        Assert.Contains("not permitted", Client.Container([], "unshare", "-U", "true").Error);

    [ClientFact]
    public void A_directory_that_is_not_there_is_made() => Assert.Equal("/a/b", Client.Sh(["--workdir", "/a/b"], "pwd"));

    [ClientFact]
    public void A_process_of_dockers_is_pid_1_when_asked_for()
    {
        if (Programs.Find("docker-init") is null) throw new SkippedException("docker-init is not here: apt-get install tini");
        Assert.Contains("docker-init", Client.Sh(["--init"], "cat /proc/1/cmdline"));
        using Detached container = Client.Detach(["--init"], "sh", "-c", "kill -9 $$");
        Assert.Equal("137", container.Wait());
    }

    [ClientFact]
    public void A_privileged_exec_has_every_capability_of_the_machine()
    {
        const string capabilities = "grep CapEff /proc/self/status";
        using Detached container = Client.Sleeping();
        Result privileged = container.Exec(["--privileged"], "sh", "-c", capabilities);
        // runc gives up where one of them cannot be had.
        if (privileged.ExitCode != 0 && RuntimeUnderTest.IsRunc)
            throw new SkippedException($"docker cannot do this here with runc: {(privileged.Out + privileged.Error).Trim()}");
        Assert.True(Convert.ToInt64(privileged.Exits(0).Out.Trim()[^16..], 16) > Convert.ToInt64(container.Sh(capabilities)[^16..], 16));
    }
}
