using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

/// <summary>--step and --explain as a person sees them.</summary>
public sealed class StepTests
{
    private const string Question = "quit): ";

    [Requires(Need.UserNamespaces)]
    public void Each_Enter_is_a_step_up_to_a_shell_that_has_the_terminal()
    {
        using var pty = At80("run", "--step", Rootfs.Busybox, "sh");
        int steps = StepTo(pty, "\n/ #");
        Assert.InRange(steps, 30, 90);
        pty.Type("echo $((40 + 2)); tty; exit 5\n");
        Emulator seen = pty.AtEnd(out int status);
        Assert.Equal(5, status);
        Assert.EndsWith("\n42\n/dev/pts/0", seen.Screen.Text);
        Assert.Equal("", seen.Leftovers);
        Assert.Empty(seen.Screen.Stairs);
        Assert.Empty(seen.Screen.BrokenWords);
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Requires(Need.UserNamespaces)]
    public void At_every_step_Ctrl_C_ends_it()
    {
        using var pty = At80("run", "--step", Rootfs.Busybox, "sh");
        StepTo(pty, " exec ");   // the last one: beyond the terminal, where it used to be deaf
        pty.Type("\x03");
        Assert.Equal(130, pty.ExitCode());
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Requires(Need.UserNamespaces)]
    public void M_shows_its_mounts_and_q_ends_it()
    {
        using var pty = At80("run", "--step", Rootfs.Busybox, "true");
        Key(pty, "m");
        Assert.Contains("there is no child yet", pty.Seen);
        StepTo(pty, " dev ");
        Key(pty, "m");
        Assert.Contains(" proc ", pty.Seen);
        Assert.Matches("and copies of [0-9]+ mounts of the host", pty.Seen);
        // Its own, which the host has of the same type at the same place.
        Assert.Matches(@"\n     /proc +proc ", pty.Seen);
        Assert.DoesNotContain("no mount of its own yet", pty.Seen);
        StepTo(pty, " hostname ");
        int before = pty.Seen.Length;
        Key(pty, "m");
        Assert.Matches(@"\n     / +", pty.Seen[before..]);
        Assert.DoesNotContain("copies of", pty.Seen[before..]);
        pty.Type("q");
        pty.Await("minirun: --step: ended before the last operation");
        Assert.Equal(125, pty.ExitCode());
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [Requires(Need.UserNamespaces)]
    public void A_key_that_is_none_is_answered()
    {
        using var pty = At80("run", "--step", Rootfs.Busybox, "true");
        Key(pty, "x");
        Assert.Contains("unknown key", pty.Seen);
        pty.Type("q");
        Emulator seen = pty.AtEnd(out int status);
        Assert.Equal(125, status);
        Assert.Empty(seen.Screen.BrokenWords);
    }

    /// <summary>
    /// In a shell with jobs. It used to be stopped by a thread that does not read the keys, in about one of three times, and then had
    /// neither its question nor its terminal, or waited for a signal that was gone.
    /// </summary>
    [Requires(Need.UserNamespaces)]
    public void Ctrl_Z_stops_it_and_fg_asks_again()
    {
        const string stopped = "Stopped", prompt = "at-prompt> ";
        var how = Start.Plain with { Deadline = TimeSpan.FromMinutes(2) };
        using var pty = new Pty(how, 24, 200, ["/bin/bash", "--norc", "--noprofile", "-i"]);
        pty.Type("unset HISTFILE; PS1='at-''prompt> '\n");
        Times(pty, prompt, 1);
        pty.Type($"{Programs.Minirun} run --step {Rootfs.Busybox} true; echo status=$?\n");
        int asked = 1;
        for (; asked < 4; asked++)
        {
            Times(pty, Question, asked);
            pty.Type("\n");
        }
        Times(pty, Question, asked);
        for (int round = 1; round <= 12; round++)
        {
            if (round % 3 == 1)
            {
                pty.Type("s");
                Times(pty, "exit comes back here", round / 3 + 1);
                pty.Type("echo in''side; exit\n");
                Times(pty, Question, ++asked);
            }
            pty.Type("\x1a");
            Times(pty, stopped, round);
            Times(pty, prompt, round + 1);
            pty.Type("fg\n");
            Times(pty, Question, ++asked);
            // A key counts at once: the terminal is as it was before.
            pty.Type("m");
            Times(pty, Question, ++asked);
        }
        pty.Type("q");
        Times(pty, "ended before the last operation", 1);
        // The stopped job is done with, whose list of commands bash gave up.
        pty.Type("exit\n");
        pty.ExitCode();
    }

    [Requires(Need.UserNamespaces)]
    public void S_gives_a_shell_in_the_namespaces_as_they_are()
    {
        string host = Support.Minirun.Other("hostname").Succeeds().Out;
        using var pty = At80("run", "--step", "--without", "hostname", Rootfs.Busybox, "hostname");
        StepTo(pty, " seal-program ");   // ids are mapped: its root may
        pty.Type("s");
        pty.Await("exit comes back here");
        // A job of its own, which takes the terminal and gives it back.
        pty.Type("hostname stepped; sh -c 'echo jo''b'; exit\n");
        pty.Await("job\r\n");
        Assert.True(Deadline.Wait(() => pty.Seen.TrimEnd().EndsWith(Question.TrimEnd())), pty.Seen);
        StepTo(pty, "\nstepped");
        Assert.Equal(0, pty.ExitCode());
        Assert.Equal(host, Support.Minirun.Other("hostname").Succeeds().Out);
        Assert.Equal(pty.Settings, pty.ReadSettings());
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(60, "--explain")]
    [InlineData(80, "--explain")]
    [InlineData(80, "--explain=full")]
    [InlineData(120, "--explain=full")]
    public void Explain_is_lines_below_each_other_and_the_command_comes_last(int columns, string flag)
    {
        using var pty = new Pty(Start.Plain, 24, columns,
            [Programs.Minirun, "run", flag, Rootfs.Busybox, "sh", "-c", "echo first; echo second; exit 3"]);
        Emulator seen = pty.AtEnd(out int status);
        Assert.Equal(3, status);
        Assert.Empty(seen.Screen.Stairs);
        Assert.Empty(seen.Screen.BrokenWords);
        Assert.Equal("", seen.Leftovers);
        string[] lines = seen.Screen.All;
        Assert.Equal(["first", "second"], lines[^2..]);
        Assert.StartsWith("done", lines[^3]);
        Assert.Contains(flag == "--explain" ? "command" : "exec", lines[^3]);
    }

    [Fact]
    public void The_phases_are_about_ten_and_fit_on_a_screen()
    {
        using var pty = new Pty(Start.Plain, 50, 80, [Programs.Minirun, "run", "--dry-run", "--explain", Rootfs.Busybox, "true"]);
        string[] lines = pty.AtEnd(out _).Screen.All;
        Assert.InRange(lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, "^ ?[0-9]+ [a-z]")), 8, 12);
        Assert.InRange(lines.Length, 16, 40);
    }

    private static Pty At80(params string[] arguments) =>
        new(Start.Plain with { Deadline = TimeSpan.FromMinutes(1) }, 24, 80, [Programs.Minirun, .. arguments]);

    /// <summary>Presses Enter at each question until this is on the screen; gives how often.</summary>
    private static int StepTo(Pty pty, string text)
    {
        int asked = 0;
        for (int steps = 0; ; steps++)
        {
            int before = asked;
            Assert.True(Deadline.Wait(() => (asked = Count(pty)) > before || pty.HasEnded || Shows(pty, text)), pty.Seen);
            if (pty.HasEnded || Shows(pty, text)) return steps;
            pty.Type("\n");
        }
    }

    private static void Times(Pty pty, string text, int count)
    {
        bool came = Deadline.Wait(() => pty.Screen.Split(text).Length - 1 >= count);
        Assert.True(came, $"waited in vain for '{text}' to come {count} times:\n{pty.Seen}\n{Family.Describe(pty.Pid)}");
    }

    private static bool Shows(Pty pty, string text) => pty.Seen.Contains(text);

    private static int Count(Pty pty) => pty.Screen.Split(Question).Length - 1;

    private static void Key(Pty pty, string key)
    {
        Assert.True(Deadline.Wait(() => Count(pty) > 0), pty.Seen);
        int before = Count(pty);
        pty.Type(key);
        Assert.True(Deadline.Wait(() => Count(pty) > before), pty.Seen);
    }
}
