using System.Text.Json.Nodes;
using Minirun.Clients.Support;
using Minirun.Engine.Execution;
using Minirun.Engine.Tests.Support;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Engine.Tests.Execution;

/// <summary>
/// What the engine asks of every execution driver, called directly. A new driver is a line: a class below with its name.
/// </summary>
public abstract class DriverFacts(string runtime)
{
    private const int Patience = 20_000;   // ms

    private const string UntilKilled = "echo ready; while :; do sleep 0.05; done";

    [SkippableFact]
    public void It_has_the_name_of_runtime_and_its_program_says_a_version()
    {
        using DriverContainer container = Make("true");
        Assert.Equal(runtime, container.Driver.Name);
        Assert.Matches(@"^\d+\.\d+", container.Driver.Version());
    }

    [SkippableFact]
    public void A_container_that_was_made_waits_for_its_start()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Create();
        ContainerInfo made = container.Driver.Info(container.Id)!;
        Assert.Equal((OciState.Created, container.Pid, false), (made.Status, made.Pid, made.Runs));
        Assert.Equal("", container.Out);
        container.Driver.Start(container.Id);
        Assert.True(DriverContainer.Becomes(() => container.Out == "ready\n"));
        Assert.Equal(new ContainerInfo(OciState.Running, container.Pid, ProcessIdentity.StartTime(container.Pid)),
            container.Driver.Info(container.Id, proven: true));
    }

    [SkippableFact]
    public void Its_exit_status_is_that_of_the_command_and_then_it_has_stopped()
    {
        using DriverContainer container = Make("sh", "-c", "exit 7").Start();
        Assert.Equal(7, container.AwaitEnd());
        Assert.Equal(new ContainerInfo(OciState.Stopped, 0, 0), container.Driver.Info(container.Id));
        Assert.True(container.Driver.Info(container.Id, proven: true) is null or { Runs: false });
    }

    [SkippableFact]
    public void A_command_that_is_not_there_is_127_and_one_that_is_no_program_126()
    {
        foreach (var (command, status) in new[] { ("no-such-command", 127), ("/etc/passwd", 126) })
        {
            using DriverContainer container = Make(command);
            var error = Assert.Throws<UserError>(() => container.Start());
            Assert.Equal(status, error.ExitCode);
            Assert.Contains(command, error.Message);
        }
    }

    [SkippableFact]
    public void Its_terminal_comes_over_the_console_socket()
    {
        using DriverContainer container = Make("sh", "-c", "tty; sleep 1000").CreateWithTerminal();
        container.Driver.Start(container.Id);
        Assert.Contains("/dev/", DriverContainer.ReadTerminal(container.Terminal, "\n"));
    }

    [SkippableFact]
    public void Another_process_in_it_has_its_own_output_and_status()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        Assert.Equal((3, "out\n", "err\n"), container.Exec("sh", "-c", "echo out; echo err >&2; exit 3"));
    }

    [SkippableFact]
    public void Another_process_in_it_can_have_a_terminal()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        Assert.Contains("/dev/", container.ExecInTerminal("sh", "-c", "tty; sleep 0.2"));
    }

    [SkippableFact]
    public void Another_process_whose_command_is_not_there_is_an_error()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        try
        {
            Assert.NotEqual(0, container.Exec("no-such-command").Status);
        }
        catch (UserError error)
        {
            Assert.Equal(127, error.ExitCode);
        }
    }

    [SkippableFact]
    public void A_signal_reaches_its_handler()
    {
        using DriverContainer container = Make("sh", "-c", "trap 'echo caught; exit 9' USR1; " + UntilKilled).Start("ready");
        using HeldContainer held = container.Hold();
        Assert.True(container.Driver.Kill(held, signal.SIGUSR1));
        Assert.Equal(9, container.AwaitEnd());
        Assert.Equal("ready\ncaught\n", container.Out);
        Assert.False(container.Driver.Kill(held, signal.SIGUSR1));
    }

    [SkippableFact]
    public void A_signal_without_a_handler_is_dropped_and_SIGKILL_is_not()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        using HeldContainer held = container.Hold();
        Assert.True(container.Driver.Kill(held, signal.SIGTERM));
        Assert.Equal(OciState.Running, container.Driver.Info(container.Id)!.Status);
        Assert.True(container.Driver.Kill(held, signal.SIGKILL));
        Assert.Equal(128 + signal.SIGKILL, container.AwaitEnd());
    }

    [SkippableFact]
    public void Paused_it_stands_still_until_it_is_resumed()
    {
        using DriverContainer container = Make("sh", "-c", "trap 'echo heard' USR1; " + UntilKilled).Start("ready");
        NeedsCgroup(container);
        container.Driver.Pause(container.Id);
        Assert.True(container.Driver.Info(container.Id)!.IsPaused);
        using HeldContainer held = container.Hold();
        container.Driver.Kill(held, signal.SIGUSR1);
        Assert.Equal("ready\n", container.Out);
        container.Driver.Resume(container.Id);
        Assert.Equal(OciState.Running, container.Driver.Info(container.Id)!.Status);
        Assert.True(DriverContainer.Becomes(() => container.Out == "ready\nheard\n"));
    }

    [SkippableFact]
    public void Its_pids_are_those_of_all_its_processes_as_the_host_counts()
    {
        using DriverContainer container = Make("sh", "-c", "sleep 1000 & sleep 1000 & echo ready; wait").Start("ready");
        NeedsCgroupOfForeign(container);
        Assert.True(DriverContainer.Becomes(
            () => container.Driver.Pids(container.Id) is { Count: 3 } pids && pids.Contains(container.Pid)));
    }

    [SkippableFact]
    public void Its_figures_are_those_of_its_cgroup_and_its_limits_can_be_changed()
    {
        using DriverContainer container = Make("sh", "-c", "sleep 1000 & echo ready; wait").Start("ready");
        NeedsCgroup(container);
        Assert.True(DriverContainer.Becomes(() => container.Driver.Stats(container.Id, container.Pid)!.Pids.Current == 2));
        container.Driver.Update(container.Id, """{"pids":{"limit":17}}"""u8.ToArray());
        Assert.Equal(17UL, container.Driver.Stats(container.Id, container.Pid)!.Pids.Limit);
    }

    [SkippableFact]
    public void Terminate_ends_a_tree_that_ignores_signals_and_has_left_its_parents()
    {
        const string tree = "trap '' TERM INT HUP; (setsid sh -c '(sleep 1000 &) ; sleep 1000' &); echo ready; sleep 1000";
        using DriverContainer container = Make("sh", "-c", tree);
        // Then the kernel does not end them with the first process. In a user namespace the host's /proc cannot be mounted anew.
        if (DriverContainer.IsRoot) container.Edit(WithoutPidNamespace);
        container.Start("ready");
        NeedsCgroupOfForeign(container);
        List<int> pids = [];
        Assert.True(DriverContainer.Becomes(() => (pids = container.Driver.Pids(container.Id)).Count >= 3));
        List<(int Pid, ulong StartTime)> all = pids.ConvertAll(pid => (pid, ProcessIdentity.StartTime(pid)));
        using HeldContainer held = container.Hold();
        Assert.True(container.Driver.Kill(held, signal.SIGTERM));
        Assert.Equal(OciState.Running, container.Driver.Info(container.Id)!.Status);
        Assert.Null(container.Driver.Terminate(held, Patience));
        Assert.Equal(128 + signal.SIGKILL, container.AwaitEnd());
        Assert.True(DriverContainer.Becomes(() => !all.Exists(each => ProcessIdentity.IsAlive(each.Pid, each.StartTime))));
        // Once more does no harm.
        Assert.Null(container.Driver.Terminate(held, Patience));
    }

    [SkippableFact]
    public void Terminate_ends_a_container_that_is_paused()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        NeedsCgroup(container);
        container.Driver.Pause(container.Id);
        using HeldContainer held = container.Hold();
        Assert.Null(container.Driver.Terminate(held, Patience));
        Assert.Equal(128 + signal.SIGKILL, container.AwaitEnd());
    }

    [SkippableFact]
    public void Delete_ends_what_runs_leaves_nothing_and_can_be_said_again()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        Assert.NotEmpty(container.Leftovers());
        Assert.Null(container.Driver.Delete(container.Id));
        Assert.Equal(128 + signal.SIGKILL, container.AwaitEnd());
        Assert.Empty(container.Leftovers());
        Assert.Null(container.Driver.Info(container.Id));
        Assert.Null(container.Driver.Delete(container.Id));
    }

    [SkippableFact]
    public void Of_an_id_that_it_does_not_know_it_says_nothing_and_does_nothing()
    {
        using DriverContainer container = Make("true").Start();
        IExecutionDriver driver = container.Driver;
        const string id = "nobody";
        Assert.Null(driver.Info(id));
        Assert.Null(driver.Info(id, proven: true));
        Assert.Empty(driver.Pids(id));
        Assert.Null(driver.Delete(id));
        Action<string>[] acts = [driver.Start, driver.Pause, driver.Resume, id => driver.Update(id, "{}"u8.ToArray())];
        foreach (Action<string> act in acts)
            Assert.NotEmpty(Assert.Throws<UserError>(() => act(id)).Message);
    }

    [SkippableFact]
    public void An_id_that_is_taken_is_refused()
    {
        using DriverContainer container = Make("sh", "-c", UntilKilled).Start("ready");
        Assert.Throws<UserError>(() => container.Driver.Create(container.Id, container.Bundle, [0, 1, 2], null, systemd: false));
        Assert.Equal(OciState.Running, container.Driver.Info(container.Id)!.Status);
    }

    private DriverContainer Make(params string[] command)
    {
        if (Missing() is { } why) throw new SkippedException(why);
        return new(runtime, command);
    }

    private string? Missing()
    {
        if (runtime == ExecutionDrivers.Builtin) return null;
        if (HelperProgram.Find(runtime) is null) return runtime + " is not here";
        const string hybrid = "/sys/fs/cgroup/unified/cgroup.controllers";
        return runtime == "crun" && File.Exists(hybrid) && File.ReadAllText(hybrid).Trim().Length > 0
            ? "crun does not run with hybrid cgroups; tests/vm/85-engine.sh tries it"
            : null;
    }

    private static void NeedsCgroup(DriverContainer container)
    {
        if (container.Driver.Stats(container.Id, container.Pid) is not { Pids.Current: > 0 })
            throw new SkippedException("it has no cgroup here: an ordinary user's needs version 2, and one that was given to him");
    }

    /// <summary>Of processes without a cgroup only our own runtime knows.</summary>
    private void NeedsCgroupOfForeign(DriverContainer container)
    {
        if (runtime != ExecutionDrivers.Builtin) NeedsCgroup(container);
    }

    private static void WithoutPidNamespace(JsonObject config)
    {
        JsonArray namespaces = config["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(each => (string)each!["type"]! == "pid"));
    }
}

public sealed class BuiltinDriverFacts() : DriverFacts("builtin");

public sealed class RuncDriverFacts() : DriverFacts("runc");

public sealed class CrunDriverFacts() : DriverFacts("crun");
