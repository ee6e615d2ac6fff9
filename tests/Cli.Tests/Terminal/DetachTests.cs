using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

/// <summary>The keys that leave a container alone, pressed as a person presses them: one after the other.</summary>
public sealed class DetachTests : IDisposable
{
    private const string Said = "read escape sequence", CtrlP = "\x10", CtrlQ = "\x11";

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Requires(Need.UserNamespaces)]
    public void The_first_detach_key_does_not_reach_the_command()
    {
        using Pty again = AttachedOnceMore();
        // Whatever stands on the shell's line is run by an Enter.
        again.Type("\n");
        Say(again, "second");
        Assert.DoesNotContain("first", again.Screen);
        Leave(again);
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("attach", "web")]
    [InlineData("exec", "-it", "web", "sh")]
    [InlineData("run", "-it", "-l", "a=b", "ROOTFS", "sh")]
    public void A_detach_key_that_another_key_follows_reaches_the_command(params string[] words)
    {
        _root.Detached(["--name", "web", "-it"], "sh");
        using Pty pty = InTerminal(words);
        Say(pty, "once");
        pty.Press(CtrlP);
        // The shell brings its last command back, and Enter runs it.
        pty.Type("\n");
        Assert.True(Deadline.Wait(() => pty.Screen.Split("once\r\n").Length > 2), pty.Screen);
        Leave(pty);
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("attach", "web")]
    [InlineData("exec", "-it", "web", "sh")]
    [InlineData("run", "-it", "-l", "a=b", "ROOTFS", "sh")]
    public void The_shell_s_prompt_has_a_line_of_its_own_after_it(params string[] words)
    {
        _root.Detached(["--name", "web", "-it"], "sh");
        using Pty pty = InTerminal(words);
        Say(pty, "there");
        pty.Type(CtrlP + CtrlQ);
        Assert.EndsWith(Said, pty.AtEnd(out int status).Screen.Text);
        Assert.EndsWith(Said + "\r\n", pty.Screen[..pty.Screen.LastIndexOf("\e]999", StringComparison.Ordinal)]);
        Assert.Equal(0, status);
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Requires(Need.UserNamespaces)]
    public void Whoever_attaches_sees_the_prompt()
    {
        using Pty again = AttachedOnceMore();
        again.Await("/ # ");
        Leave(again);
    }

    /// <summary>script(1) is the terminal, and is killed.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("attach web")]
    [InlineData("start -ai web")]
    public void Closing_the_terminal_leaves_a_container_that_ran_before(string words)
    {
        _root.Detached(["--name", "web", "-it"], "cat");
        string[] arguments = ["--quiet", "--flush", "--command", $"exec '{Programs.Minirun}' {words}", "/dev/null"];
        using var script = new RunningProgram(_root.How, Programs.Find("script")!, arguments);
        script.Input.Write("there\n");
        script.Input.Flush();
        script.AwaitOut("there\r\nthere");
        List<int> clients = Family.Below(script.Pid);
        script.Signal(Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => !clients.Exists(pid => Directory.Exists($"/proc/{pid}"))));
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        using Pty again = Attached();
        again.Type("still\n");
        again.Await("still\r\nstill");
    }

    /// <summary>Keys that begin with their own beginning.</summary>
    [Requires(Need.UserNamespaces)]
    public void Of_keys_that_repeat_themselves_only_the_whole_leaves()
    {
        _root.Detached(["--name", "web", "-it"], "sh");
        using Pty pty = InTerminal("attach", "--detach-keys", "a,a,b", "web");
        pty.Type("echo 'xaacxaaaz'\n");
        pty.Await("\r\nxaacxaaaz");
        pty.Type("echo 'yaaab'\n");
        Assert.EndsWith(Said, pty.AtEnd(out _).Screen.Text);
        using Pty again = Attached();
        again.Type("'\n");
        again.Await("\r\nya\r\n");
    }

    /// <summary>A run that has no other reason to have a monitor.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("ctrl-p,ctrl-q", CtrlP + CtrlQ)]
    [InlineData("ctrl-a,d", "\u0001d")]
    public void Run_with_detach_keys_goes_on_when_they_are_pressed(string keys, string typed)
    {
        using (Pty pty = InTerminal("run", "-it", "--name", "web", "--detach-keys", keys, "ROOTFS", "sh"))
        {
            Say(pty, "there");
            pty.Type(typed);
            Assert.EndsWith(Said, pty.AtEnd(out int status).Screen.Text);
            Assert.Equal(0, status);
        }
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        using Pty again = Attached();
        Say(again, "still");
        Leave(again);
    }

    private Pty InTerminal(params string[] words) =>
        new(_root.How, 24, 80, [Programs.Minirun, .. words.Select(word => word == "ROOTFS" ? Rootfs.Busybox : word)]);

    private Pty Attached() => InTerminal("attach", "web");

    /// <summary>To a shell that somebody has talked to, and left by its keys.</summary>
    private Pty AttachedOnceMore()
    {
        _root.Detached(["--name", "web", "-it"], "sh");
        using (Pty pty = Attached())
        {
            Say(pty, "first");
            Leave(pty);
        }
        return Attached();
    }

    /// <summary>What the shell says, and not what was typed.</summary>
    private static void Say(Pty pty, string word)
    {
        pty.Type($"echo {word[..2]}''{word[2..]}\n");
        pty.Await(word + "\r\n");
    }

    private static void Leave(Pty pty)
    {
        pty.Press(CtrlP);
        pty.Type(CtrlQ);
        Assert.Equal(0, pty.ExitCode());
    }
}
