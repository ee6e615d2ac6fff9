using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

using Minirun = Support.Minirun;

/// <summary>Colours are decided by the stream that is written to, and by what a person has said of them.</summary>
public sealed class ColourTests
{
    private const char Escape = '\e';

    [Fact]
    public void A_plan_in_a_file_has_none_though_stderr_is_a_terminal()
    {
        using var directory = new TemporaryDirectory();
        using var pty = new Pty(Start.Plain, 24, 80,
            ["bash", "-c", $"exec \"$0\" run --dry-run '{Rootfs.Busybox}' true >'{directory["plan"]}'", Programs.Minirun]);
        Assert.Equal(0, pty.ExitCode());
        Assert.Contains("pivot_root", directory.Read("plan"));
        Assert.DoesNotContain(Escape, directory.Read("plan"));
    }

    [Fact]
    public void A_plan_on_a_terminal_has_some_though_stderr_is_a_file()
    {
        using var pty = new Pty(Start.Plain, 24, 80,
            ["bash", "-c", $"exec \"$0\" run --dry-run '{Rootfs.Busybox}' true 2>/dev/null", Programs.Minirun]);
        Assert.Equal(0, pty.ExitCode());
        Assert.Contains("\e[1m", pty.Screen);
    }

    public static TheoryData<string, string, bool> Wishes => new()
    {
        { "TERM", "xterm", true },
        { "TERM", "dumb", false },
        { "TERM", "", false },
        { "NO_COLOR", "1", false },
        { "NO_COLOR", "", true },      // no-color.org: when it is not empty
        { "CLICOLOR", "0", false },
        { "CLICOLOR", "1", true },
    };

    [Theory, MemberData(nameof(Wishes))]
    public void Every_command_with_colours_heeds_the_environment(string name, string value, bool colours)
    {
        using EngineRoot root = new();
        root.Detached(["--name", "web"], "sleep", "1000");
        Start how = root.How with { Environment = new(root.How.Environment) { ["TERM"] = "xterm", [name] = value } };
        foreach (string[] command in (string[][])[["ps"], ["doctor"], ["run", "--dry-run", Rootfs.Busybox, "true"],
            ["run", "--explain", Rootfs.Busybox, "true"]])
        {
            using var pty = new Pty(how, 30, 100, [Programs.Minirun, .. command]);
            pty.ExitCode();
            pty.AtEnd(out _);
            string screen = pty.Screen[..pty.Screen.LastIndexOf("\e]999", StringComparison.Ordinal)];
            Assert.True(screen.Contains(Escape) == colours, $"{name}={value} {string.Join(' ', command)}\n{screen.Replace('\e', '^')}");
        }
    }

    [Fact]
    public void They_can_be_forced()
    {
        var how = new Start { Environment = { ["CLICOLOR_FORCE"] = "1" } };
        Assert.Contains(Escape, Minirun.Run(how, "run", "--dry-run", Rootfs.Busybox, "true").Succeeds().Out);
        how.Environment["NO_COLOR"] = "1";
        Assert.DoesNotContain(Escape, Minirun.Run(how, "run", "--dry-run", Rootfs.Busybox, "true").Succeeds().Out);
    }

    [Fact]
    public void What_ended_well_is_not_red()
    {
        using EngineRoot root = new();
        root.Detached(["--name", "well"], "true");
        root.Detached(["--name", "badly"], "false");
        root.Run("wait", "well", "badly").Exits(0);
        using var pty = new Pty(root.How, 30, 120, [Programs.Minirun, "ps", "-a"]);
        Emulator seen = pty.AtEnd(out _);
        string[] lines = seen.Screen.Visible;
        Assert.Equal("", seen.Screen.AttributesAt(Array.FindIndex(lines, line => line.EndsWith("well")), 0));
        Assert.Equal("31", seen.Screen.AttributesAt(Array.FindIndex(lines, line => line.EndsWith("badly")), 0));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("ps --help")]
    [InlineData("doctor")]
    [InlineData("ps")]
    [InlineData("info")]
    [InlineData("completion bash")]
    [InlineData("__complete run --")]
    [InlineData("nosuch")]
    [InlineData("container prune")]
    [InlineData("run --print-spec B")]
    [InlineData("run --dry-run B true")]
    [InlineData("run B true")]
    [InlineData("logs nosuch")]
    [InlineData("oci --help")]
    [InlineData("oci features")]
    public void No_command_leaves_the_terminal_in_another_mode(string command)
    {
        using EngineRoot root = new();
        string[] words = [.. command.Split(' ').Select(word => word == "B" ? Rootfs.Busybox : word)];
        using var pty = new Pty(root.How, 50, 100, [Programs.Minirun, .. words]);
        if (command.EndsWith("prune"))
        {
            pty.Await("[y/N]");
            pty.Type("n\n");
        }
        Emulator seen = pty.AtEnd(out _);
        Assert.Equal("", seen.Leftovers);
        Assert.Equal(pty.Settings, pty.ReadSettings());
        // Not even for a moment: who reads the stream is no terminal.
        Assert.DoesNotContain("\e[?", pty.Screen);
        Assert.DoesNotContain("\e=", pty.Screen);
    }
}
