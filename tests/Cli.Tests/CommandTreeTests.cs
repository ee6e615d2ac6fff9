using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

public class CommandTreeTests
{
    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public void Help_lists_every_command(params string[] arguments)
    {
        Result help = Minirun.Run(arguments).Succeeds();
        Assert.Equal("Usage:  minirun COMMAND", help.Lines[0]);
        foreach (string verb in (string[])["run", "doctor", "version", "completion", "help"]) Assert.Contains($"\n  {verb} ", help.Out);
        Assert.Contains("minirun COMMAND --help", help.Out);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("doctor")]
    [InlineData("version")]
    [InlineData("completion")]
    [InlineData("help")]
    public void Every_command_has_a_help_of_its_own(string verb)
    {
        Result help = Minirun.Run(verb, "--help").Succeeds();
        Assert.StartsWith($"Usage:  minirun {verb} [OPTIONS]", help.Out);
        Assert.Equal(help.Out, Minirun.Run("help", verb).Succeeds().Out);
    }

    /// <summary>Of two words as well.</summary>
    [Fact]
    public void A_verb_of_a_noun_is_explained_under_each_of_its_names()
    {
        Assert.StartsWith("Usage:  minirun volume list [OPTIONS]\n", Minirun.Run("help", "volume", "list").Succeeds().Out);
        Assert.Equal(Minirun.Run("volume", "ls", "--help").Succeeds().Out.Replace(" ls ", " list "),
            Minirun.Run("help", "volume", "list").Succeeds().Out);
        Minirun.Run("help", "volume", "lst").Fails(125, "help: unknown command 'volume lst'", "did you mean: minirun help volume ls");
    }

    /// <summary>-h is a flag of theirs: the name of the host.</summary>
    [Fact]
    public void Of_run_and_create_the_letter_h_is_no_help()
    {
        Minirun.Run("run", "-h").Fails(125, "-h needs a value: NAME");
        Minirun.Run("create", "-h").Fails(125, "-h needs a value: NAME");
    }

    /// <summary>The later --net takes the one before it back; that the container has a monitor is so all the same.</summary>
    [Fact]
    public void A_flag_of_the_engines_that_is_taken_back_is_named_where_it_cannot_be() =>
        Minirun.Run("run", "--net", "bridge", "--net", "host", "--explain", "x").Fails(125, "do not go with --net");

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public void The_version_is_one_line(string flag)
    {
        Result version = Minirun.Run(flag).Succeeds();
        Assert.Matches(@"^minirun version \d+\.\d+\.\d+[^ ]*(, commit [0-9a-f]{12})?\n$", version.Out);
    }

    [Fact]
    public void The_long_version_names_the_kernel_and_the_framework()
    {
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string text = Minirun.Run("version").Succeeds().Out;
        Assert.Contains(kernel, text);
        using JsonDocument json = JsonDocument.Parse(Minirun.Run("version", "--json").Succeeds().Out);
        Assert.Equal(kernel, json.RootElement.GetProperty("kernel").GetString());
        Assert.StartsWith(".NET ", json.RootElement.GetProperty("framework").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+", json.RootElement.GetProperty("version").GetString());
        Assert.Matches("^([0-9a-f]{40}|unknown)$", json.RootElement.GetProperty("commit").GetString());
        Assert.Matches("^[a-z0-9]+$", json.RootElement.GetProperty("architecture").GetString());
    }

    [Theory]
    [InlineData("unknown command 'rnu'", "did you mean: minirun run rootfs ls -l", "rnu", "rootfs", "ls", "-l")]
    [InlineData("unknown command 'docter'", "did you mean: minirun doctor", "docter")]
    [InlineData("unknown command 'kubernetes'", "minirun --help", "kubernetes")]
    [InlineData("unknown command ''", "minirun --help", "")]
    [InlineData("unknown command '@file'", "minirun --help", "@file")]
    [InlineData("help: unknown command 'rnu'", "did you mean: minirun help run", "help", "rnu")]
    [InlineData("unknown command '/some/dir'", "did you mean: minirun run /some/dir cmd", "/some/dir", "cmd")]
    [InlineData("unknown flag --net", "did you mean: minirun run --net none rootfs", "--net", "none", "rootfs")]
    [InlineData("--rm is a flag of run and goes after it", "write minirun run --rm", "--rm", "run", "rootfs", "true")]
    [InlineData("unknown flag -v", "did you mean: minirun run -v /a:/b rootfs", "-v", "/a:/b", "rootfs")]
    [InlineData("unknown flag --bogus", "minirun --help", "--bogus")]
    [InlineData("doctor: unknown flag --jsn", "did you mean --json?", "doctor", "--jsn")]
    [InlineData("doctor: unexpected argument 'x'", "usage: minirun doctor [OPTIONS]", "doctor", "x")]
    [InlineData("completion: no script for 'tcsh'", "bash, zsh and fish", "completion", "tcsh")]
    [InlineData("completion: which shell?", "minirun completion bash", "completion")]
    [InlineData("run: unknown flag --foo", "`minirun run --help` lists all flags", "run", "--foo", "x")]
    [InlineData("run: unknown flag --volum", "did you mean --volume?", "run", "--volum=/a:/b", "x")]
    [InlineData("run: unknown flag --hostnmae", "did you mean --hostname?", "run", "--hostnmae", "a", "x")]
    [InlineData("run: unknown flag --netwrok", "did you mean --network?", "run", "-it", "--netwrok=none", "x")]
    [InlineData("run: unknown flag -x in -itx", "minirun run --help", "run", "-itx", "x")]
    [InlineData("run: unknown flag -r in -rm", "did you mean --rm?", "run", "-rm", "x")]
    [InlineData("run: unknown flag --it", "did you mean -it?", "run", "--it", "x")]
    [InlineData("--name needs a value: NAME", "write --name NAME", "run", "--name")]
    [InlineData("ps: unknown flag -x in -ax", "`minirun ps --help` lists all flags", "ps", "-ax")]
    [InlineData("ps: unknown flag --aq", "did you mean -aq?", "ps", "--aq")]
    [InlineData("stop: unknown flag --tiem", "did you mean --time?", "stop", "--tiem", "1", "web")]
    [InlineData("stop: -t needs a value: SECONDS", "write -t SECONDS", "stop", "-t")]
    [InlineData("volume ls: --quiet=maybe: neither true nor false", "--quiet=true", "volume", "ls", "-q=maybe")]
    [InlineData("network: unknown command 'lst'", "`minirun network --help` lists them", "network", "lst")]
    public void A_mistake_gets_one_message_and_what_was_meant(string message, string hint, params string[] arguments)
    {
        Result result = Minirun.Run(arguments).Fails(125);
        Assert.Equal("", result.Out);
        string[] lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("minirun: " + message, lines[0]);
        Assert.StartsWith("hint: ", lines[1]);
        Assert.Contains(hint, lines[1]);
    }

    [Fact]
    public void A_usage_line_without_words_ends_with_its_last_one() =>
        Assert.EndsWith("\nhint: usage: minirun ps [OPTIONS]\n", Minirun.Run("ps", "extra").Fails(125).Error);

    [Fact]
    public void A_directory_here_in_place_of_a_command_is_taken_for_a_rootfs()
    {
        using var here = new TemporaryDirectory();
        Directory.CreateDirectory(here["busybox"]);
        Minirun.Run(Start.Plain with { WorkingDirectory = here.Path }, "busybox", "ls").Fails(125, "did you mean: minirun run busybox ls");
    }

    [Theory]
    [InlineData("exec >/dev/full", "no space left on device", "--help")]
    [InlineData("exec >/dev/full", "no space left on device", "run", "--help")]
    [InlineData("exec >/dev/full", "no space left on device", "doctor", "--json")]
    [InlineData("exec 1</dev/null", "bad file descriptor", "version")]
    public void An_output_that_cannot_be_written_is_an_error_and_no_crash(string before, string why, params string[] arguments) =>
        Minirun.Run(Start.Plain with { Before = before }, arguments).Fails(125, why);

    [Fact]
    public void With_nobody_to_listen_the_exit_code_still_tells() =>
        Assert.Equal(125, Minirun.Run(Start.Plain with { Before = "exec 2>&-" }, "rnu").ExitCode);
}
