using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>A file that is named on the command line may be one that never comes: a signal ends the wait for it, and the start.</summary>
public sealed partial class GivenFileTests : IDisposable
{
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(3);
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _files = new();

    public void Dispose()
    {
        _root.Dispose();
        _files.Dispose();
    }

    /// <summary>Each flag of `run` that takes a value, with a fifo that nobody writes to.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(Kernel.SIGTERM, "-d")]
    [InlineData(Kernel.SIGINT, "--rm")]
    [InlineData(Kernel.SIGHUP, "-l", "a=b")]
    public void Of_all_flags_of_run(int number, params string[] how)
    {
        string help = Minirun.Run("run", "--help").Succeeds().Out;
        string[] flags = [.. Flag().Matches(help).Select(match => match.Groups[1].Value)];
        Assert.True(flags.Length > 60, string.Join(' ', flags));
        string[][] more = [["--security-opt", "seccomp=" + Fifo()], ["--file", EnvFileOf(Fifo())]];
        IEnumerable<string[]> all = [.. flags.Select(flag => (string[])[flag, Fifo()]), .. more];
        string[] waited = EndsAll(number, [.. all.Select(each => (string[])["run", .. how, .. each, Rootfs.Busybox, "true"])]);
        Assert.Equal(["--env-file", "--file", "--file", "--security-opt"], waited.Select(each => each.Split(' ')[1 + how.Length]).Order());
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(Kernel.SIGTERM)]
    [InlineData(Kernel.SIGHUP)]
    public void Of_exec_and_start(int number)
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        string[][] all = [["exec", "--env-file", Fifo(), "web", "true"], ["run", "--env-file", Fifo(), Rootfs.Busybox, "true"]];
        Assert.Equal(all.Length, EndsAll(number, all).Length);
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    /// <summary>Another command has the lock, and does not come to an end: its runtime hangs.</summary>
    [Requires(Need.UserNamespaces)]
    public void Of_start_where_another_command_has_the_container()
    {
        string seconds = "5" + Guid.NewGuid().GetHashCode().ToString().TrimStart('-'), runtime = _files["hanging"];
        File.WriteAllText(runtime, $"#!/bin/sh\nexec sleep {seconds}\n");
        File.SetUnixFileMode(runtime, (UnixFileMode)0x1ed /* 0755 */);
        using RunningProgram run = _root.Start("run", "-d", "--name", "web", "--runtime", runtime, Rootfs.Busybox, "true");
        Assert.True(Deadline.Wait(() => Programs.Running("sleep", seconds)), run.ErrorSoFar);
        using RunningProgram start = _root.Start("start", "web");
        Assert.True(Deadline.Wait(() => start.HasEnded || BlocksSigterm(start.Pid)));
        start.Signal(Kernel.SIGTERM);
        start.Result().Fails(128 + Kernel.SIGTERM, "came before the command was started");
        _root.Run("rm", "-f", "web").Exits(0);
    }

    /// <summary>A pipe whose writer takes its time is read to its end.</summary>
    [Requires(Need.UserNamespaces)]
    public void A_slow_pipe_is_waited_for()
    {
        const string slow = "exec 9< <(read -t 0.3 <> <(:); echo A=slow)", with = """set -- "$1" --env-file /dev/fd/9 "${@:2}" """;
        Start how = _root.How with { Before = $"{slow}; {with}" };
        Assert.Equal("slow\n", Minirun.Run(how, "run", Rootfs.Busybox, "sh", "-c", "echo $A").Succeeds().Out);
        how = _root.How with { Before = $"exec 9< <(:); {with}" };
        Assert.Equal("\n", Minirun.Run(how, "run", Rootfs.Busybox, "sh", "-c", "echo $A").Succeeds().Out);
    }

    /// <summary>Starts all, and ends those that wait; gives their words. What they had made is gone.</summary>
    private string[] EndsAll(int number, string[][] all)
    {
        RunningProgram[] programs = [.. all.Select(words => _root.Start(words))];
        Deadline.Wait(() => programs.All(each => each.HasEnded), s_longEnough);
        List<string> waited = [];
        for (int i = 0; i < all.Length; i++)
            using (programs[i])
            {
                if (programs[i].HasEnded) continue;
                programs[i].Signal(number);
                string words = string.Join(' ', all[i]);
                Result result = programs[i].Result();
                bool isSaid = result.Error.Contains("came before the command was started");
                Assert.True(result.ExitCode == 128 + number && isSaid, $"{words}: {result}");
                waited.Add(words);
            }
        return [.. waited];
    }

    /// <summary>From then on it ends by the signal in its own way.</summary>
    private static bool BlocksSigterm(int pid)
    {
        string mask = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("SigBlk:"));
        return (Convert.ToUInt64(mask.Split('\t')[1], 16) & (1UL << (Kernel.SIGTERM - 1))) != 0;
    }

    private string Fifo()
    {
        string path = _files["fifo" + Guid.NewGuid().ToString("n")];
        Assert.Equal(0, Minirun.Other("mkfifo", path).ExitCode);
        return path;
    }

    private string EnvFileOf(string path)
    {
        string file = _files["file" + Guid.NewGuid().ToString("n")];
        File.WriteAllText(file, $"env_file: {path}\n");
        return file;
    }

    [GeneratedRegex(@"(--[a-z-]+) [A-Z]")]
    private static partial Regex Flag();
}
