using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>minirun in a real terminal.</summary>
public sealed class TerminalTests
{
    [Fact]
    public void A_shell_gets_a_terminal_of_the_containers_own()
    {
        using var pty = new Pty("run", Rootfs.Busybox, "sh", "-c", "tty; stty size; ls -l /dev/console; echo TERM=$TERM; exit 7");
        Assert.Equal(7, pty.ExitCode());
        pty.Await("/dev/pts/0");
        pty.Await("30 100");
        pty.Await("TERM=");
        Assert.Contains("136,   0", pty.Screen);
    }

    [Fact]
    public void What_is_typed_reaches_the_command_and_Ctrl_C_is_its_interrupt()
    {
        using var pty = new Pty("run", Rootfs.Busybox, "sh");
        // Said by the job itself: only then is it the terminal's foreground, and echo is on.
        pty.Type("sh -c \"echo re''ady; exec cat\"\n");
        pty.Await("ready\r\n");
        pty.Type("hello\n");
        pty.Await("hello\r\nhello\r\n");
        pty.Type("\x03");
        pty.Await("^C\r\n/ # ");   // an interrupt flushes what was typed behind it
        pty.Type("echo status=$?\n");
        pty.Await("status=130");
        pty.Type("exit 5\n");
        Assert.Equal(5, pty.ExitCode());
    }

    [Theory]
    [InlineData("\x03", 130)]
    [InlineData("\x1c", 131)]
    public void A_key_that_signals_ends_a_command_without_a_handler(string key, int code)
    {
        // No shell: it has a handler until it executes the command.
        using var pty = new Pty("run", Rootfs.Busybox, "cat");
        pty.Type("ready\n");
        pty.Await("ready\r\nready\r\n");
        pty.Type(key);
        Assert.Equal(code, pty.ExitCode());
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Fact]
    public void Ctrl_C_ends_a_run_step_by_step()
    {
        using var pty = new Pty("run", "--step", Rootfs.Busybox, "true");
        for (int i = 1; i <= 6; i++)
        {
            int prompts = i;
            Assert.True(Deadline.Wait(() => pty.Screen.Split("Enter to continue").Length > prompts), pty.Screen);
            pty.Type(i < 6 ? "\n" : "\x03");
        }
        Assert.Equal(130, pty.ExitCode());
    }

    [Fact]
    public void With_init_Ctrl_C_reaches_the_command_once()
    {
        using var pty = new Pty("run", "--init", Rootfs.Busybox, "sh", "-c",
            "trap 'n=$((n+1)); echo caught=$n' INT; echo re''ady; while :; do sleep 0.1; done");
        pty.Await("ready");
        pty.Type("\x03");
        pty.Await("caught=1");
        pty.Type("\x03");
        pty.Await("caught=2");
        Assert.DoesNotContain("caught=3", pty.Screen);
    }

    [Fact]
    public void A_resize_reaches_the_container()
    {
        using var pty = new Pty("run", Rootfs.Busybox, "sh", "-c", "trap 'stty size' WINCH; echo re''ady; while :; do sleep 0.1; done");
        pty.Await("ready");
        pty.Resize(51, 121);
        pty.Await("51 121");
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("nosuch", 127)]
    [InlineData("kill -9 -1", 137)]
    public void The_settings_are_restored_after(string script, int code)
    {
        using var pty = new Pty("run", "--init", Rootfs.Busybox, "sh", "-c", script);
        int status = pty.ExitCode();
        Assert.True(status == code || code == 137, pty.Screen);
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Theory]
    [InlineData(Kernel.SIGTERM)]
    [InlineData(Kernel.SIGHUP)]
    [InlineData(Kernel.SIGINT)]
    public void The_settings_are_restored_when_a_signal_ends_it(int number)
    {
        using var pty = new Pty("run", Rootfs.Busybox, "sleep", "1000");
        Family.Await(pty.Pid, "sleep");
        // minirun takes the terminal over while the command starts.
        Assert.True(Deadline.Wait(() => pty.ReadSettings() != pty.Settings), pty.Screen);
        pty.Signal(number);
        Assert.Equal(128 + number, pty.ExitCode());
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Fact]
    public void Without_a_terminal_asked_for_there_is_none()
    {
        using var pty = new Pty("run", "--tty=false", Rootfs.Busybox, "sh", "-c", "ls /dev/pts; test -e /dev/console; echo console=$?");
        Assert.Equal(0, pty.ExitCode());
        pty.Await("console=1");
    }

    [Fact]
    public void What_minirun_says_beside_an_unfinished_line_begins_a_line_of_its_own()
    {
        using var pty = new Pty("run", "--timeout", "500ms", Rootfs.Busybox, "sh", "-c", "printf unfinished; exec sleep 1000");
        string[] lines = pty.AtEnd(out int status).Screen.All;
        Assert.Equal(137, status);
        Assert.Equal(["unfinished", "minirun: the time of --timeout is over: the container is killed"], lines);
    }

    [Fact]
    public void It_accepts_dockers_letters()
    {
        using var pty = new Pty("run", "-it", "--rm", Rootfs.Busybox, "tty");
        Assert.Equal(0, pty.ExitCode());
        pty.Await("/dev/pts/0");
    }

    [Fact]
    public void A_terminal_can_be_had_without_one_outside()
    {
        Result result = Minirun.Run(new Start { Input = "echo in''put\nexit 3\n" }, "run", "-t", Rootfs.Busybox, "sh", "-c",
            "tty; read a; eval \"$a\"; read b; eval \"$b\"");
        result.Exits(3);
        Assert.Contains("/dev/pts/0", result.Out);
        Assert.Contains("input", result.Out);
    }

    /// <summary>T17: TIOCSTI and TIOCLINUX, and their twins with a bit above the low 32, on a terminal of the caller's.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--no-new-privs=false")]
    [InlineData("--privileged")]
    [InlineData("--cap-add=SYS_ADMIN")]
    public void A_container_cannot_push_input_into_the_callers_terminal(string flag)
    {
        string[] flags = flag.Length == 0 ? [] : [flag];
        using var pty = new Pty(24, 80, "</dev/null", ["run", .. flags, Rootfs.Busybox, "sh", "-c", "/probe tiocsti; echo all tried"]);
        pty.Await("all tried");
        string[] lines = pty.Screen.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.Contains("TIOCSTI"));
        Assert.All(lines.Where(line => line.Contains("TIOC")),
            line => Assert.True(line.Contains("EPERM") || line.Contains("ENOTTY") || line.Contains("ENXIO") || line.Contains("ENODEV"),
                line));
    }
}
