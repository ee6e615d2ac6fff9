using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    [ClientFact]
    public void A_detached_container_logs_and_stops_and_goes()
    {
        using Detached container = Client.Detach([], "sh", "-c", Terminated);
        container.AwaitLog("started");
        Assert.Contains(container.Name, Client.Run("ps").Exits(0).Out);
        container.Do("stop", "--time", "20").Exits(0);
        Assert.Equal("3", container.Wait());
        Assert.Equal("started\ngot TERM\n", container.Logs);
    }

    [ClientFact]
    public void Stop_kills_what_does_not_heed_TERM()
    {
        using Detached container = Client.Detach([], "sh", "-c", "trap '' TERM; echo started; while :; do sleep 0.05; done");
        container.AwaitLog("started");
        container.Do("stop", "--time", "1").Exits(0);
        Assert.Equal("137", container.Wait());
    }

    [ClientFact]
    public void Signals_arrive_by_name_and_by_number()
    {
        using Detached container = Client.Detach([], "sh", "-c", Terminated);
        container.AwaitLog("started");
        container.Do("kill", "--signal", "USR1").Exits(0);
        container.AwaitLog("got USR1");
        container.Do("kill", "--signal", "15").Exits(0);
        Assert.Equal("3", container.Wait());
    }

    [ClientFact]
    public void A_killed_container_ends_with_137()
    {
        using Detached container = Client.Sleeping();
        container.Do("kill").Exits(0);
        Assert.Equal("137", container.Wait());
    }

    [ClientFact]
    public void A_signal_to_the_client_reaches_the_command()
    {
        using RunningProgram client = Client.Start("run", "--rm", "--network", "none", Client.Image, "sh", "-c", Terminated);
        client.AwaitOut("started");
        // A client may have shown the first output before it passes signals on (rootless podman does, with any runtime): it gets another
        // then.
        var sent = System.Diagnostics.Stopwatch.StartNew();
        Kernel.Signal(Client.Realm.ClientPid(client), Kernel.SIGUSR1);
        client.Await(() =>
        {
            if (client.OutSoFar.Contains("got USR1")) return true;
            if (sent.ElapsedMilliseconds > 500)
            {
                Kernel.Signal(Client.Realm.ClientPid(client), Kernel.SIGUSR1);
                sent.Restart();
            }
            return false;
        }, "'got USR1' on stdout");
        Kernel.Signal(Client.Realm.ClientPid(client), Kernel.SIGTERM);
        client.Result().Exits(3);
    }

    [ClientFact]
    public void A_running_container_can_be_removed_by_force()
    {
        using Detached container = Client.Sleeping();
        Client.Run("rm", "--force", container.Name).Exits(0);
        Client.Run("inspect", container.Name).Exits(Client is Podman.PodmanClient ? 125 : 1);
        // For its Dispose.
        Client.Run("create", "--name", container.Name, "--network", "none", Client.Image, "true").Exits(0);
    }

    [ClientFact]
    public void A_paused_container_stands_still_until_it_goes_on()
    {
        using Detached container = Client.Detach([], "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done");
        container.AwaitLog("3\n");
        PauseOrSkip(container);
        Assert.Equal("paused", container.Inspect("{{.State.Status}}"));
        string before = container.Logs;
        Assert.Contains("pause", container.Exec("true").Error + "paused: container state improper");
        Assert.Equal(before, container.Logs);
        container.Do("unpause").Exits(0);
        Assert.True(Deadline.Wait(() => container.Logs.Length > before.Length));
    }

    [ClientFact]
    public void A_restarted_container_is_another_process()
    {
        using Detached container = Client.Sleeping();
        string pid = container.Inspect("{{.State.Pid}}");
        container.Do("restart", "--time", "0").Exits(0);
        Assert.NotEqual(pid, container.Inspect("{{.State.Pid}}"));
        Assert.Equal("running", container.Inspect("{{.State.Status}}"));
    }

    [ClientFact]
    public void Top_shows_the_processes_of_the_container()
    {
        using Detached container = Client.Sleeping();
        Assert.Contains("sleep 1000", container.Do("top").Exits(0).Out);
    }

    private protected void PauseOrSkip(Detached container)
    {
        Result result = container.Do("pause");
        if (result.ExitCode != 0 && Kernel.Uid != 0) throw new SkippedException($"{result.Error.Trim()}");
        result.Exits(0);
    }
}
