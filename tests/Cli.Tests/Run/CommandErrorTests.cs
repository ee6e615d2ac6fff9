using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Why a command did not start. The kernel's word for most of these is "no such file or directory".</summary>
public sealed class CommandErrorTests : IDisposable
{
    private readonly TemporaryRootfs _rootfs = new();

    [Fact]
    public void A_missing_command_is_127() =>
        Run("not-there").Fails(127, "exec: \"not-there\": executable file not found in $PATH", "/usr/local/sbin");

    [Fact]
    public void A_missing_path_is_127() =>
        Run("/bin/not-there").Fails(127, "\"/bin/not-there\"", "no such file");

    [Fact]
    public void An_empty_command_is_127() =>
        Run("").Fails(127, "empty");

    /// <summary>Of a user's exec the process itself cannot be looked at: it has entered a user namespace.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("/etc/passwd", "no execute bit")]
    [InlineData("/bin", "it is a directory")]
    [InlineData("etc/passwd", "no execute bit")]
    [InlineData("/no/command", "no such file")]
    [InlineData("no-command", "executable file not found in $PATH")]
    [InlineData("", "empty")]
    public void Exec_gives_the_reason_that_run_gives(string command, string why)
    {
        using var root = new Engine.EngineRoot();
        root.Run("run", "-d", "--name", "web", _rootfs.Path, "sleep", "1000").Exits(0);
        Result run = root.Run("run", _rootfs.Path, command), exec = root.Run("exec", "web", command);
        run.Fails(run.ExitCode, why);
        Assert.Equal($"{run.ExitCode}: {run.Error}", $"{exec.ExitCode}: {exec.Error}");
    }

    /// <summary>The commonest mistakes: flags behind the root or the container, and a line in place of words.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("-it", "flags of minirun go before it")]
    [InlineData("--", "flags of minirun go before it")]
    [InlineData("--help", "flags of minirun go before it")]
    [InlineData("echo hi", "words of their own")]
    [InlineData("/bin/echo hi", "words of their own")]
    public void Words_in_the_wrong_place_are_told_in_every_way(string command, string hint)
    {
        using var root = new Engine.EngineRoot();
        root.Detached(["--name", "web"], "sleep", "1000");
        root.Run("run", _rootfs.Path, command, "sh").Fails(127, $"\"{command}\"", hint);
        root.Run("run", "--label", "a=b", _rootfs.Path, command, "sh").Fails(127, $"\"{command}\"", hint);
        root.Run("run", "-d", "--rm", _rootfs.Path, command, "sh").Fails(127, $"\"{command}\"", hint);
        root.Run("create", "--name", "made", _rootfs.Path, command, "sh").Exits(0);
        root.Run("start", "made").Fails(127, $"\"{command}\"", hint);
        root.Run("exec", "web", command, "sh").Fails(127, $"\"{command}\"", hint);
    }

    [Fact]
    public void A_missing_ELF_interpreter_is_named()
    {
        File.Copy("/bin/true", _rootfs.Inside("/bin/dynamic"));
        Run("dynamic").Fails(127, "its ELF interpreter /lib64/ld-linux-x86-64.so.2");
    }

    [Fact]
    public void A_missing_script_interpreter_is_named()
    {
        _rootfs.WriteProgram("/bin/script", "#!/usr/bin/python3 -u\nprint(1)\n");
        Run("script").Fails(127, "its interpreter /usr/bin/python3");
    }

    [Fact]
    public void A_script_with_CRLF_is_explained()
    {
        _rootfs.WriteProgram("/bin/script", "#!/bin/sh\r\necho hello\r\n");
        Run("/bin/script").Fails(127, "CRLF", "sed -i");
    }

    [Fact]
    public void Another_architecture_is_named()
    {
        byte[] program = new byte[4096];
        byte[] head = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 183, 0, 1, 0, 0, 0];
        head.CopyTo(program, 0);
        _rootfs.WriteProgram("/bin/foreign", "");
        File.WriteAllBytes(_rootfs.Inside("/bin/foreign"), program);
        Run("foreign").Fails(126, "arm64", "exec format error");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("echo hello\n", "#!")]
    public void A_file_that_is_no_program_is_explained(string text, string word)
    {
        _rootfs.WriteProgram("/bin/strange", text);
        Run("strange").Fails(126, "exec format error", word);
    }

    [Fact]
    public void A_directory_is_126() =>
        Run("/bin").Fails(126, "is a directory");

    [Fact]
    public void A_file_without_execute_bit_is_126()
    {
        _rootfs.Write("/bin/data", "#!/bin/sh\n");
        Run("/bin/data").Fails(126, "no execute bit", "chmod +x");
        Run("data").Fails(126, "no execute bit");
    }

    [Fact]
    public void A_noexec_mount_is_named()
    {
        using var directory = new TemporaryDirectory();
        File.Copy(Programs.Probe, directory["probe"]);
        Support.Minirun.Run("run", "-v", $"{directory.Path}:/mnt:noexec", _rootfs.Path, "/mnt/probe").Fails(126, "noexec", "exec");
    }

    [Fact]
    public void The_directory_of_the_command_may_be_closed_to_the_user()
    {
        _rootfs.WriteProgram("/closed/script", "#!/bin/sh\n");
        File.SetUnixFileMode(_rootfs.Inside("/closed"), 0);
        Result result = Support.Minirun.Run("run", "--cap-drop=ALL", _rootfs.Path, "/closed/script");
        File.SetUnixFileMode(_rootfs.Inside("/closed"), (UnixFileMode)0b111_000_000);
        result.Fails(126, "permission denied");
    }

    [Fact]
    public void A_command_that_fails_by_itself_is_none_of_our_errors() =>
        Assert.Equal("", Run("/probe", "exit", "125").Exits(125).Error);

    public void Dispose() => _rootfs.Dispose();

    private Result Run(params string[] command) => Support.Minirun.Run(["run", _rootfs.Path, .. command]);
}
