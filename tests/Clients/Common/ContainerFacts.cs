using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

/// <summary>What docker and podman have in common: the same command line, and so the same facts.</summary>
[TestCaseOrderer(LeftoversLast.Name, LeftoversLast.Assembly)]
public abstract partial class ContainerFacts<TClient> : IClassFixture<TClient>
    where TClient : CommandClient
{
    private protected const string Terminated =
        "trap 'echo got TERM; exit 3' TERM; trap 'echo got USR1' USR1; echo started; while :; do sleep 0.05; done";

    private protected ContainerFacts(TClient client)
    {
        Client = client;
        client.Require();
    }

    private protected TClient Client { get; }

    [ClientFact]
    public void Output_comes_out_as_it_was_written()
    {
        Result result = Client.Container([], "sh", "-c", "echo out; echo err >&2").Exits(0);
        Assert.Equal(("out\n", "err\n"), (result.Out, result.Error));
    }

    [ClientFact]
    public void Input_goes_to_the_command() =>
        Assert.Equal("one\ntwo\n",
            Client.Run(new Start { Input = "one\ntwo\n" }, "run", "--rm", "--interactive", "--network", "none", Client.Image, "cat")
                .Exits(0).Out);

    [ClientFact]
    public void A_megabyte_comes_through_unchanged() =>
        Assert.Equal(1 << 20, Client.Container([], "sh", "-c", "head -c 1048576 /dev/zero | tr '\\0' x").Exits(0).Out.Length);

    [ClientFact]
    public void The_exit_code_is_the_commands() => Client.Container([], "sh", "-c", "exit 7").Exits(7);

    [ClientFact]
    public void A_command_that_is_not_there_is_127()
    {
        Assert.Contains("\"no-such-command\": executable file not found in $PATH",
            Client.Container([], "no-such-command").Exits(127).Error);
        Assert.Contains("no such file or directory", Client.Container([], "/no/such/command").Exits(127).Error);
    }

    [ClientFact]
    public void A_command_that_cannot_be_executed_is_126()
    {
        Assert.Contains("permission denied", Client.Container([], "/etc/passwd").Exits(126).Error);
        Assert.Contains("permission denied", Client.Container([], "/etc").Exits(126).Error);
    }

    [ClientFact]
    public void An_error_of_the_client_is_125() => Client.Container(["--no-such-option"], "true").Exits(125);

    [ClientFact]
    public void A_failed_start_leaves_a_container_that_can_be_removed()
    {
        Client.Run("create", "--name", "stillborn", "--network", "none", Client.Image, "no-such-command").Exits(0);
        Assert.Contains("executable file not found", Client.Run("start", "stillborn").Error);
        Client.Run("rm", "stillborn").Exits(0);
    }

    [ClientFact]
    public void A_stopped_container_can_be_started_again()
    {
        using Detached container = Client.Detach([], "sh", "-c", "echo run >>/runs; wc -l </runs");
        container.Wait();
        Assert.Contains("2", Client.Run("start", "--attach", container.Name).Exits(0).Out);
    }

    [ClientFact]
    public void A_created_container_does_not_run_before_its_start()
    {
        Client.Run("create", "--name", "waiting", "--network", "none", Client.Image, "echo", "now").Exits(0);
        Assert.Equal("created", Client.Run("inspect", "--format", "{{.State.Status}}", "waiting").Exits(0).Out.Trim());
        Assert.Equal("now\n", Client.Run("start", "--attach", "waiting").Exits(0).Out);
        Client.Run("rm", "waiting").Exits(0);
    }

    [ClientFact]
    public void Eight_run_at_the_same_time()
    {
        Result[] results = new Result[8];
        Thread[] threads = [
            .. Enumerable.Range(0, 8)
                .Select(number => new Thread(() => results[number] = Client.Container([], "sh", "-c", $"echo {number}; exit {number}")))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int number = 0; number < 8; number++) Assert.Equal($"{number}\n", results[number].Exits(number).Out);
    }

    [ClientFact]
    public void Nothing_is_left() => Client.LeavesNothing();
}
