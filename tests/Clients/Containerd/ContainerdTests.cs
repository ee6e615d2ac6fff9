using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Containerd;

[TestCaseOrderer(LeftoversLast.Name, LeftoversLast.Assembly)]
public sealed partial class ContainerdTests : IClassFixture<ContainerdClient>
{
    private const string Terminated =
        "trap 'echo got TERM; exit 3' TERM; trap 'echo got USR1' USR1; echo started; while :; do sleep 0.05; done";
    private readonly ContainerdClient _client;

    public ContainerdTests(ContainerdClient client)
    {
        _client = client;
        client.Require();
    }

    [ClientFact]
    public void Output_and_exit_code_are_the_commands()
    {
        Result result = Run([], "sh", "-c", "echo out; echo err >&2; exit 7").Exits(7);
        Assert.Equal("out\n", result.Out);
        Assert.StartsWith("err\n", result.Error);
    }

    [ClientFact]
    public void Input_goes_to_the_command() =>
        Assert.Equal("typed",
            _client.RunStaying("typed", _client.Container([], ContainerdClient.Staying("head", "-c", "5"))).Exits(0).Out);

    [ClientFact]
    public void A_command_that_is_not_there_is_named_in_runcs_words()
    {
        Assert.Contains("exec: \"no-such-command\": executable file not found in $PATH",
            _client.Run(_client.Container([], "no-such-command")).Exits(1).Error);
        Assert.Contains("exec: \"/etc/passwd\": permission denied", _client.Run(_client.Container([], "/etc/passwd")).Exits(1).Error);
    }

    [ClientFact]
    public void A_container_has_a_terminal()
    {
        using Pty terminal = _client.Terminal(
            _client.Container(["--tty"], "sh", "-c", "until stty size | grep '^30 100'; do sleep 0.05; done; tty; read line; exit 5"));
        terminal.Await("/dev/pts/0");
        terminal.Type("\n");
        Assert.Equal(5, terminal.ExitCode());
    }

    [ClientFact]
    public void A_detached_container_is_killed_and_deleted()
    {
        using Task task = _client.Detach([], "sh", "-c", Terminated);
        task.AwaitLog("started");
        Assert.Equal("RUNNING", task.Status);
        task.Do("kill", "--signal", "SIGUSR1").Exits(0);
        task.AwaitLog("got USR1");
        task.Do("kill", "--signal", "SIGTERM").Exits(0);
        task.AwaitStatus("STOPPED");
        Assert.Equal(3, task.Remove());
    }

    [ClientFact]
    public void Kill_all_reaches_every_process()
    {
        using Task task = _client.Detach([], "sh", "-c", "sleep 1000 & sleep 1000 & echo started; wait");
        task.AwaitLog("started");
        task.Do("kill", "--all", "--signal", "SIGKILL").Exits(0);
        task.AwaitStatus("STOPPED");
        Assert.Equal(137, task.Remove());
    }

    [ClientFact]
    public void To_kill_a_stopped_container_is_known_to_be_too_late()
    {
        using Task task = _client.Detach([], "true");
        task.AwaitStatus("STOPPED");
        Assert.Contains("not found", task.Do("kill").Exits(1).Error);
    }

    [ClientFact]
    public void A_paused_container_stands_still_until_it_goes_on()
    {
        using Task task = _client.Detach([], "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done");
        task.AwaitLog("3\n");
        task.Do("pause").Exits(0);
        Assert.Equal("PAUSED", task.Status);
        string before = task.Log;
        Assert.NotEqual(0, task.Exec("true").ExitCode);
        Assert.Equal(before, task.Log);
        task.Do("resume").Exits(0);
        Assert.True(Deadline.Wait(() => task.Log.Length > before.Length));
    }

    [ClientFact]
    public void A_paused_container_can_be_deleted()
    {
        Task task = _client.Detach([], "sleep", "1000");
        task.Do("pause").Exits(0);
        Assert.Equal(137, task.Remove());
    }

    [ClientFact]
    public void Exec_runs_in_the_container()
    {
        using Task task = _client.Detach([], "sleep", "1000");
        Assert.Contains("sleep 1000", task.Output("ps"));
        task.Exec("sh", "-c", "exit 9").Exits(9);
        Assert.Contains("exec: \"no-such-command\": executable file not found in $PATH", task.Exec("no-such-command").Exits(1).Error);
        Assert.Equal("5 6 /tmp\n", task.Output(["--user", "5:6", "--cwd", "/tmp"], "sh", "-c", "echo $(id -u) $(id -g) $(pwd)"));
        using Pty terminal = _client.Terminal(task.ExecWords(["--tty"], "sh", "-c", "tty; read line; exit 6"));
        terminal.Await("/dev/pts/0");
        terminal.Type("\n");
        Assert.Equal(6, terminal.ExitCode());
    }

    [ClientFact]
    public void Processes_and_metrics_are_read()
    {
        using Task task = _client.Detach([], "sh", "-c", "sleep 1000 & echo started; wait");
        task.AwaitLog("started");
        Assert.Equal(3, task.Do("ps").Exits(0).Lines.Length);
        Assert.Contains("pids.current", task.Do("metrics").Exits(0).Out);
    }

    [ClientFact]
    public void A_checkpoint_is_refused()
    {
        using Task task = _client.Detach([], "sleep", "1000");
        Assert.NotEqual(0, task.Do("checkpoint").ExitCode);
        Assert.Equal("RUNNING", task.Status);
    }

    [ClientFact]
    public void Nothing_is_left() => _client.LeavesNothing();

    private Result Run(string[] options, params string[] command) =>
        _client.RunStaying(_client.Container(options, ContainerdClient.Staying(command)));

    private string Sh(string[] options, string script) => Run(options, "sh", "-c", script).Exits(0).Out.TrimEnd('\n');
}
