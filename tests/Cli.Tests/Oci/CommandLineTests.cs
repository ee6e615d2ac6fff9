using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("No help topic for 'fly'", 3, "fly")]
    [InlineData("flag provided but not defined: -fly", 1, "--fly")]
    [InlineData("flag provided but not defined: -fly", 1, "state", "--fly", "x")]
    [InlineData("flag needs an argument: -root", 1, "--root")]
    [InlineData("flag needs an argument: -pid-file", 1, "create", "--pid-file")]
    [InlineData("invalid boolean value \\\"maybe\\\" for -force: parse error", 1, "delete", "--force=maybe", "x")]
    [InlineData("invalid value \\\"x\\\" for flag -preserve-fds: parse error", 1, "create", "--preserve-fds", "x", "y")]
    [InlineData("invalid log-format: xml", 1, "--log-format", "xml", "list")]
    [InlineData("container does not exist", 1, "state", "nope")]
    [InlineData("container does not exist", 1, "kill", "nope", "9")]
    [InlineData("container does not exist", 1, "delete", "nope")]
    [InlineData("container does not exist", 1, "start", "nope")]
    [InlineData("container does not exist", 1, "pause", "nope")]
    [InlineData("container does not exist", 1, "ps", "nope")]
    [InlineData("container does not exist", 1, "update", "nope")]
    [InlineData("container does not exist", 1, "events", "nope")]
    [InlineData("exec failed: container does not exist", 255, "exec", "nope", "ls")]
    [InlineData("invalid format option", 1, "list", "--format", "xml")]
    public void Mistakes_are_worded_as_runc_words_them(string message, int code, params string[] arguments)
    {
        using var bundle = new OciBundle("true");
        Result ours = bundle.Oci(arguments).Exits(code);
        Assert.Contains($"level=error msg=\"{message}", ours.Error);
        Assert.Empty(ours.Out);
        if (Needs.Missing(Need.Root | Need.Runc) is not null) return;
        Result runcs = bundle.Runc(arguments).Exits(code);
        Assert.Contains($"level=error msg=\"{message}", runcs.Error);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("state", "a", "b")]
    [InlineData("kill", "a", "b", "c")]
    [InlineData("exec")]
    [InlineData("list", "a")]
    public void A_wrong_number_of_words_is_told_and_nothing_is_printed(params string[] arguments)
    {
        Result result = Support.Minirun.Other(OciBundle.Program, arguments).Exits(1);
        Assert.Contains($"\\\"{arguments[0]}\\\" requires ", result.Error);
        Assert.Empty(result.Out);
    }

    /// <summary>As with runc and crun; but their signals are not kept for a command then.</summary>
    [Theory]
    [InlineData("run", "--bundle", "/nowhere", "x")]
    [InlineData("exec", "x", "true")]
    [InlineData("create", "--bundle", "/nowhere", "x")]
    [InlineData("state", "x")]
    public void A_log_that_is_a_fifo_waits_for_its_reader_or_a_signal(params string[] words)
    {
        using var files = new TemporaryDirectory();
        string log = files["log"];
        Support.Minirun.Other("mkfifo", log).Succeeds();
        string[] arguments = ["--root", files["root"], "--log", log, .. words];
        using var ended = new RunningProgram(Start.Plain, OciBundle.Program, arguments);
        Assert.True(Deadline.Wait(() => SleepsIn(ended.Pid, words[0])));
        ended.Signal(Kernel.SIGTERM);
        ended.Result().Exits(128 + Kernel.SIGTERM);
        using var read = new RunningProgram(Start.Plain, OciBundle.Program, arguments);
        using var reader = new RunningProgram(Start.Plain, "/bin/cat", [log]);
        Assert.NotEqual(0, read.Result().ExitCode);
        Assert.Contains("level=error", reader.Result().Out);
    }

    /// <summary>Our own process, in a call that waits; and with signals blocked where they are for a command.</summary>
    private static bool SleepsIn(int pid, string verb)
    {
        string[] status = File.ReadAllLines($"/proc/{pid}/status");
        ulong blocked = Convert.ToUInt64(status.First(line => line.StartsWith("SigBlk:")).Split('\t')[1], 16);
        bool blocks = (blocked & (1UL << (Kernel.SIGTERM - 1))) != 0;
        return status.Any(line => line.StartsWith("State:\tS")) && (blocks || verb is not ("run" or "exec"));
    }

    [Fact]
    public void A_flag_may_stand_in_any_form_and_behind_the_id()
    {
        foreach (string[] form in (string[][])[["--bundle", "/nowhere", "x"], ["--bundle=/nowhere", "x"], ["-b", "/nowhere", "x"],
            ["-b=/nowhere", "x"], ["-b/nowhere", "x"], ["-bundle", "/nowhere", "x"], ["x", "--bundle", "/nowhere"]])
            Assert.Contains("/nowhere", Support.Minirun.Other(OciBundle.Program, ["create", .. form]).Exits(1).Error);
    }

    [Fact]
    public void Words_behind_the_id_of_exec_are_the_commands()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Assert.Equal("--tty -e", bundle.Oci("exec", "ID", "echo", "--tty", "-e").Succeeds().Out.TrimEnd());
    }

    [Theory]
    [InlineData("0x0")]
    [InlineData("1000:")]
    [InlineData(":5")]
    [InlineData("4294967296")]
    [InlineData("-1")]
    [InlineData("1000abc")]
    [InlineData(" 7")]
    [InlineData("root")]
    public void A_user_that_is_no_plain_number_is_refused(string user)
    {
        using var bundle = new OciBundle("true");
        Assert.Contains("for flag -user", bundle.Oci("exec", "--user", user, "ID", "id").Exits(255).Error);
    }

    [Fact]
    public void The_first_line_of_the_version_is_as_dockerd_parses_it()
    {
        string[] lines = Support.Minirun.Other(OciBundle.Program, "--version").Succeeds().Lines;
        Assert.Matches(@"^minirun-oci version \d+\.\d+\.\d+", lines[0]);
        Assert.StartsWith("commit: ", lines[1]);
        Assert.Matches(@"^spec: \d+\.\d+\.\d+$", lines[2]);
        Assert.Single(lines, line => line.Contains("version"));
    }

    [Fact]
    public void The_runtime_can_be_called_as_a_verb_of_minirun() =>
        Assert.Equal(Support.Minirun.Other(OciBundle.Program, "--version").Out, Support.Minirun.Run("oci", "--version").Succeeds().Out);

    [Fact]
    public void Every_verb_has_a_help_page()
    {
        string help = Support.Minirun.Other(OciBundle.Program, "--help").Succeeds().Out;
        foreach (string verb in (string[])["create", "start", "run", "exec", "state", "list", "ps", "kill", "delete", "pause", "resume",
            "update", "events", "spec", "features", "checkpoint", "restore"])
        {
            Assert.Contains($"\n  {verb} ", help);
            Assert.Contains($"minirun-oci {verb} [flags]", Support.Minirun.Other(OciBundle.Program, verb, "--help").Succeeds().Out);
        }
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("restore")]
    public void What_is_not_supported_refuses_in_one_sentence(string verb)
    {
        using var bundle = new OciBundle("true");
        Result result = bundle.Oci(verb, "--image-path", "/tmp/x", "--tcp-established", "ID").Exits(1);
        Assert.Contains($"{verb}: not supported", result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Errors_go_to_the_log_in_the_shape_that_shims_read()
    {
        using var bundle = new OciBundle("true");
        string log = Path.Combine(bundle.Directory, "log.json");
        Result result = bundle.Oci("--log", log, "--log-format=json", "state", "nope").Exits(1);
        Assert.Equal("container does not exist\n", result.Error);
        using JsonDocument line = JsonDocument.Parse(File.ReadAllText(log));
        Assert.Equal(["level", "msg", "time"], line.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("error", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("container does not exist", line.RootElement.GetProperty("msg").GetString());
        Assert.True(line.RootElement.GetProperty("time").TryGetDateTimeOffset(out _));
    }

    [Fact]
    public void Errors_go_to_stderr_without_a_log()
    {
        using var bundle = new OciBundle("true");
        Assert.Matches("^time=\"[^\"]+Z\" level=error msg=\"container does not exist\"\n$", bundle.Oci("state", "nope").Error);
        using JsonDocument line = JsonDocument.Parse(bundle.Oci("--log-format", "json", "state", "nope").Error);
        Assert.Equal("container does not exist", line.RootElement.GetProperty("msg").GetString());
    }

    [Fact]
    public void A_message_with_quotes_and_line_ends_is_still_one_line_of_json()
    {
        using var bundle = new OciBundle("true");
        using JsonDocument line =
            JsonDocument.Parse(bundle.Oci("--log-format", "json", "exec", "--user", "\"\\\n\t\u0001é", "ID", "id").Error);
        Assert.Contains("\"\\\n\t\u0001é", line.RootElement.GetProperty("msg").GetString());
    }
}
