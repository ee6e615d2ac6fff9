using System.Runtime.InteropServices;
using System.Text;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>stdin, stdout and stderr that are missing, gone, sockets, or of a terminal where none can be.</summary>
public sealed partial class StandardStreamTests : IDisposable
{
    private const int AF_UNIX = 1, SOCK_STREAM = 1;
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("run", "--tty=false", "ROOTFS", "sleep", "1000")]
    [InlineData("exec", "web", "sleep", "1000")]
    [InlineData("attach", "web")]
    [InlineData("wait", "web")]
    [InlineData("events")]
    [InlineData("oci", "run")]
    public void Those_that_are_missing_are_dev_null(params string[] words)
    {
        if (words[0] is not ("run" or "oci")) _root.Detached(["--name", "web"], "sleep", "1000");
        using OciBundle? bundle = words[0] == "oci" ? new OciBundle("sleep", "1000") : null;
        string program = bundle is null ? Programs.Minirun : Programs.Minirun + "-oci";
        string[] command = bundle is null ? Here(words) : ["--root", bundle.Root, "run", "--bundle", bundle.Directory, bundle.Id];
        for (int missing = 1; missing < 8; missing++)
        {
            string closes = "exec";
            for (int fd = 0; fd < 3; fd++)
                if ((missing >> fd & 1) != 0) closes += $" {fd}>&-";
            using var running = new RunningProgram(_root.How with { Before = closes }, program, command);
            string what = string.Join(' ', words) + ", " + closes;
            foreach (int fd in Enumerable.Range(0, 3).Where(fd => (missing >> fd & 1) != 0))
                Assert.True(Deadline.Wait(() => IsNull(running.Pid, fd)), $"{what}: {fd} is {Link(running.Pid, fd)}");
            running.Signal(Kernel.SIGTERM);
            Assert.True(Deadline.Wait(() => running.HasEnded), what + ": lives on");
            if (words[0] == "attach") _root.Run("start", "web").Exits(0);
        }
    }

    /// <summary>It has connections as 0 and 1; the .NET runtime is there before it, so nothing can be put in the place of those.</summary>
    [Theory]
    [InlineData("true")]
    [InlineData("exec 0<&-")]
    [InlineData("exec 0<&- 1>&-")]
    public void The_relay_for_tls_is_not_for_hands(string before)
    {
        string program = Path.Combine(Programs.Bin, "minirun-tls");
        Result result = Support.Minirun.Other(_root.How with { Before = before }, program, "localhost").Exits(125);
        Assert.Contains("usage: minirun-tls", result.Error);
    }

    [Theory]
    [InlineData("logs", "-f", "web")]
    [InlineData("attach", "web")]
    [InlineData("attach", "--no-stdin", "web")]
    [InlineData("events")]
    [InlineData("stats")]
    [InlineData("wait", "web")]
    public void A_command_that_follows_ends_with_its_reader(params string[] words)
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        const string script = "\"$@\" | true; exit ${PIPESTATUS[0]}";
        using var pipe = new RunningProgram(_root.How, "/bin/bash", ["-c", script, "pipe", Programs.Minirun, .. words]);
        pipe.Result().Exits(141);
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void A_reader_of_logs_that_has_seen_enough_ends_them()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "sleep 0.2; echo ready; exec sleep 1000");
        const string script = "\"$@\" | grep -q ready";
        Support.Minirun.Other(_root.How, "/bin/bash", "-c", script, "pipe", Programs.Minirun, "logs", "-f", "web").Exits(0);
    }

    [Theory]
    [InlineData("run", "-it", "ROOTFS", "sh")]
    [InlineData("run", "-it", "-l", "a=b", "ROOTFS", "sh")]
    [InlineData("exec", "-it", "web", "sh")]
    [InlineData("start", "-ai", "tty")]
    public void A_terminal_to_type_into_wants_one_to_type_in(params string[] words)
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Run("create", "-it", "--name", "tty", Rootfs.Busybox, "sh").Exits(0);
        _root.Run(Here(words)).Fails(125, "the input device is not a TTY");
    }

    [Fact]
    public void Exec_in_a_terminal_gives_a_terminal_as_run_does()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        using var pty = new Pty(_root.How, [Programs.Minirun, "exec", "web", "sh"]);
        pty.Type("tty; exit 6\n");
        pty.Await("/dev/pts/");
        Assert.Equal(6, pty.ExitCode());
        using var without = new Pty(_root.How, [Programs.Minirun, "exec", "--tty=false", "web", "tty"]);
        Assert.Equal(1, without.ExitCode());
    }

    [Theory]
    [InlineData("run", "ROOTFS")]
    [InlineData("run", "-l", "a=b", "ROOTFS")]
    [InlineData("run", "-d", "-t", "ROOTFS")]
    public void A_job_in_the_background_of_a_terminal_runs(params string[] words)
    {
        string seconds = "6" + Guid.NewGuid().GetHashCode().ToString().TrimStart('-');
        using var pty = new Pty(_root.How, ["/bin/bash", "--norc", "--noprofile", "-i"]);
        pty.Type($"{Programs.Minirun} {string.Join(' ', words).Replace("ROOTFS", Rootfs.Busybox)} sleep {seconds} &\n");
        Assert.True(Deadline.Wait(() => Programs.Running("sleep", seconds)), pty.Screen);
        pty.Type("jobs; echo lis''ted\n");
        pty.Await("listed");
        Assert.DoesNotContain("Stopped", pty.Screen);
        if (words.Contains("-d")) return;
        Assert.Contains("Running", pty.Screen);
        pty.Type("fg\n");
        Assert.True(Deadline.Wait(() => Family.Below(pty.Pid).Exists(IsForeground)), pty.Screen);
        pty.Type("\x03");
        Assert.True(Deadline.Wait(() => !Family.Below(pty.Pid).Exists(IsOurs)), pty.Screen);
        pty.Type("echo status=$?\n");
        pty.Await("status=130");
        pty.Type("exit\n");
        pty.ExitCode();
    }

    [Fact]
    public void A_terminal_is_not_preserved_either()
    {
        using var pty = new Pty(24, 80, "3<>/dev/tty", "run", "--preserve-fds", "1", Rootfs.Busybox, "true");
        pty.Await("is a terminal");
        Assert.Equal(125, pty.ExitCode());
    }

    /// <summary>The ways without a monitor in between, which reads ahead and passes both on by themselves.</summary>
    public static TheoryData<string> Direct => ["foreground", "exec", "minirun-oci run"];

    [Theory]
    [MemberData(nameof(Direct))]
    public void What_a_command_has_not_read_of_a_file_is_there_for_the_next(string name)
    {
        using var trial = new Trial(Way.All.Single(each => each.Name == name));
        File.WriteAllText(trial.Directory + "/in", "one\ntwo\nthree\n" + new string('x', 100_000));
        string[] words = trial.Words([], ["dd", "bs=4", "count=1"]);
        const string script = "in=$1; shift; (\"$@\" 2>/dev/null; head -n 1) <\"$in\"";
        string[] arguments = ["-c", script, "pair", trial.Directory + "/in", "/bin/bash", .. words];
        Assert.Equal("one\ntwo\n", Support.Minirun.Other(trial.How, "/bin/bash", arguments).Out);
    }

    [Theory]
    [MemberData(nameof(Direct))]
    public void What_is_written_to_one_file_as_stdout_and_stderr_stays_in_its_order(string name)
    {
        using var trial = new Trial(Way.All.Single(each => each.Name == name)) { Redirected = ">\"$D/out\" 2>&1" };
        trial.Run([], "sh", "-c", "for i in $(seq 200); do echo a; echo b >&2; done").Exits(0);
        Assert.Equal(string.Concat(Enumerable.Repeat("a\nb\n", 200)), File.ReadAllText(trial.Directory + "/out"));
    }

    /// <summary>ssh without -t, and many programs that start others, give a socketpair(2) in the place of pipes.</summary>
    [Theory]
    [InlineData("run", "ROOTFS")]
    [InlineData("run", "-l", "a=b", "ROOTFS")]
    [InlineData("exec", "web")]
    public void Sockets_in_the_place_of_pipes_have_names_inside(params string[] words)
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        string[] command = [.. Here(words), "sh", "-c", "echo out >/dev/stdout; echo err >/dev/stderr; echo end"];
        Span<int> ends = stackalloc int[2];
        Assert.Equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        string seen = "";
        try
        {
            string all = $"exec 0<&{ends[1]} 1>&{ends[1]} 2>&{ends[1]} {ends[0]}>&- {ends[1]}>&-";
            using var running = new RunningProgram(_root.How with { Before = all }, Programs.Minirun, command);
            Assert.True(Deadline.Wait(() => running.HasEnded));
            byte[] bytes = new byte[4096];
            int count = (int)recv(ends[0], bytes, bytes.Length, 0x40);
            seen = Encoding.UTF8.GetString(bytes, 0, Math.Max(count, 0));
        }
        finally
        {
            close(ends[0]);
            close(ends[1]);
        }
        Assert.Equal(["end", "err", "out"], seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    private static string[] Here(string[] words) => [.. words.Select(word => word == "ROOTFS" ? Rootfs.Busybox : word)];

    private static bool IsOurs(int pid) => Read($"/proc/{pid}/comm")?.TrimEnd() == "minirun";

    /// <summary>minirun, in the foreground of its terminal: pgrp and tpgid of proc_pid_stat(5).</summary>
    private static bool IsForeground(int pid)
    {
        string stat = Read($"/proc/{pid}/stat") ?? "";
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ');
        return IsOurs(pid) && fields.Length > 6 && fields[3] == fields[6];
    }

    private static bool IsNull(int pid, int fd)
    {
        string? flags = Read($"/proc/{pid}/fdinfo/{fd}")?.Split('\n').FirstOrDefault(line => line.StartsWith("flags:"));
        return Link(pid, fd) == "/dev/null" && flags?.EndsWith(fd == 0 ? '0' : '1') == true;
    }

    private static string? Link(int pid, int fd)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/fd/{fd}", returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc")] private static partial int socketpair(int domain, int type, int protocol, Span<int> ends);
    [LibraryImport("libc")] private static partial nint recv(int fd, byte[] buffer, nint length, int flags);
    [LibraryImport("libc")] private static partial int close(int fd);
}
