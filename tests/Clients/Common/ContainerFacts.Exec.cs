using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    [ClientFact]
    public void Exec_runs_in_the_container()
    {
        using Detached container = Client.Sleeping("--hostname", "inner");
        Assert.Equal("inner\n", container.Exec("hostname").Exits(0).Out);
        Assert.Contains("sleep 1000", container.Exec("ps").Exits(0).Out);
    }

    [ClientFact]
    public void The_exit_code_of_exec_is_the_commands()
    {
        using Detached container = Client.Sleeping();
        container.Exec("sh", "-c", "exit 9").Exits(9);
        container.Exec("sh", "-c", "kill -9 $$").Exits(137);
    }

    [ClientFact]
    public void Exec_says_that_a_command_is_not_there_or_cannot_be_executed()
    {
        using Detached container = Client.Sleeping();
        Result missing = container.Exec("no-such-command");
        Assert.Contains("\"no-such-command\": executable file not found in $PATH", missing.Out + missing.Error);
        // docker 20.10 says 126 for both.
        Assert.Equal(Client is Podman.PodmanClient ? 127 : 126, missing.ExitCode);
        Result denied = container.Exec("/etc/passwd").Exits(126);
        Assert.Contains("permission denied", denied.Out + denied.Error);
    }

    [ClientFact]
    public void Exec_takes_a_user_variables_and_a_directory()
    {
        using Detached container = Client.Sleeping();
        Assert.Equal("5:6 b /tmp\n",
            container.Exec(["--user", "5:6", "--env", "A=b", "--workdir", "/tmp"], "sh", "-c", "echo $(id -u):$(id -g) $A $(pwd)")
                .Exits(0).Out);
    }

    [ClientFact]
    public void Exec_passes_input_on()
    {
        using Detached container = Client.Sleeping();
        Assert.Equal("typed", Client.Run(new Start { Input = "typed" }, "exec", "--interactive", container.Name, "cat").Exits(0).Out);
    }

    [ClientFact]
    public void A_detached_exec_goes_on_alone()
    {
        using Detached container = Client.Sleeping();
        container.Exec(["--detach"], "sh", "-c", "echo done >/trace; exec sleep 999").Exits(0);
        Assert.True(Deadline.Wait(() => container.Exec("cat", "/trace").Out == "done\n"));
        Assert.Contains("sleep 999", container.Do("top").Exits(0).Out);
    }

    [ClientFact]
    public void Exec_has_the_limits_of_the_container()
    {
        using Detached container = Client.Sleeping("--cap-drop", "all", "--security-opt", "no-new-privileges");
        Assert.Equal(container.Sh("grep -E 'Cap|NoNew|Seccomp:' /proc/1/status"),
            container.Sh("grep -E 'Cap|NoNew|Seccomp:' /proc/self/status"));
        Assert.Equal(container.Sh("cat /proc/1/cgroup"), container.Sh("cat /proc/self/cgroup"));
    }

    [ClientFact]
    public void Eight_execs_at_the_same_time()
    {
        using Detached container = Client.Sleeping();
        Result[] results = new Result[8];
        Thread[] threads = [
            .. Enumerable.Range(0, 8)
                .Select(number => new Thread(() => results[number] = container.Exec("sh", "-c", $"echo {number}; exit {number}")))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int number = 0; number < 8; number++) Assert.Equal($"{number}\n", results[number].Exits(number).Out);
    }
}
