using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>
/// Every flag that has a value, of run and of the verbs, as their helps have them: a value that cannot be is one error that says what to
/// do. A new kind of
/// value has to be added here.
/// </summary>
public sealed class HintTests : IDisposable
{
    /// <summary>What no flag of the kind takes.</summary>
    private static readonly Dictionary<string, string[]> s_wrong = new()
    {
        ["ADDRESS"] = ["foo", "1.2.3.4.5"],
        ["CAP"] = ["CAP_NOTHING"],
        ["DEV:N"] = ["nothing", "/dev/null:x"],
        ["DEV:SIZE"] = ["nothing", "/dev/null:x"],
        ["DIR"] = ["rel/../../x", "/bin/busybox"],
        ["DRIVER"] = ["no-such-driver"],
        ["DST[:OPTS]"] = ["rel", "/x:no-such-option"],
        ["DURATION"] = ["abc", "-1", "1h30"],
        ["FILE"] = ["/not/there/file"],
        ["FILE=VALUE"] = ["nothing", "../x=1"],
        ["FORMAT"] = ["{{.Nope", "{{nothing .Names}}"],
        ["GROUP"] = ["no-such-group"],
        ["HOST[:DST][:ACCESS]"] = ["/dev/not-there", "/dev/null:/x:q"],
        ["KEY=TEXT"] = ["nothing", "=x", "minirun.x=1"],
        ["KEY=VALUE"] = ["nothing=1", "nothing"],
        ["KEYS"] = ["ctrl-1", "ab"],
        ["LINES"] = ["abc"],
        ["LIST"] = ["x", "3-"],
        ["MODE"] = ["no-such-mode"],
        ["N"] = ["abc", "1.5"],
        ["NAME"] = ["a/b", "a b"],
        ["NAME:ADDRESS"] = ["foo", "db:nothing"],
        ["NAME=SOFT[:HARD]"] = ["x", "nofile=x", "nothing=1"],
        ["NAME=VALUE"] = ["nothing", "max-size=foo", "nothing=1"],
        ["NAME[:ro]"] = ["not-there", "web:x"],
        ["NAME[=VALUE]"] = ["", "=x"],
        ["NUMBER"] = ["abc", "-1"],
        ["OCTAL"] = ["9"],
        ["OP"] = ["nothing"],
        ["OPT"] = ["nothing", "seccomp=/not/there"],
        ["PATH"] = ["../x"],
        ["POLICY"] = ["nothing", "on-failure:x", "always:1"],
        ["PORT[/udp]"] = ["99999", "abc", "1:2", "80/nothing", "9-8"],
        ["RUNTIME"] = ["no-such-runtime", "/not/there"],
        ["SECONDS"] = ["abc", "1.5"],
        ["SIGNAL"] = ["NOTHING", "0", "65"],
        ["SIZE"] = ["foo", "1x"],
        ["SPEC"] = ["type=nothing", "nothing"],
        ["SRC:DST[:OPTS]"] = ["/tmp:/x:no-such-option", "a:b:c:d"],
        ["TIME"] = ["abc", "10 parrots ago"],
        ["TYPE"] = ["nothing"],
        ["US"] = ["abc"],
        ["USER[:GROUP]"] = ["no-such-user"],
        ["WHAT"] = ["nothing"],
        ["WHO"] = ["nothing"],
        ["[[IP:]HOST:]CONTAINER[/udp]"] = ["99999:80", "x:80:80", "80/nothing"],
    };

    /// <summary>Any text is one, and a volume driver is asked for by those who have a volume of it, and waited for.</summary>
    private static readonly string[] s_free = ["--health-cmd", "--dns-search", "--dns-option", "--network-alias", "--volume-driver"];

    private static readonly string[] s_verbs =
        ["ps", "inspect", "logs", "start", "stop", "restart", "kill", "exec", "attach", "stats", "events", "update", "info"];

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Every_flag_of_run_says_what_to_do_about_a_value_that_cannot_be()
    {
        List<(string Name, string Kind)> flags = HelpFlags.Of("run");
        Assert.InRange(flags.Count, 60, 120);
        List<string> wrong = [];
        foreach (var (name, kind) in flags)
            wrong.AddRange(Tried(name, kind, value => ["run", "--rm", name, value, Rootfs.Busybox, "true"]));
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    [Fact]
    public void Every_flag_of_a_verb_says_what_to_do_about_a_value_that_cannot_be()
    {
        _root.Run("create", "--name", "web", "--net", "none", Rootfs.Busybox, "true").Succeeds();
        List<string> wrong = [];
        foreach (string verb in s_verbs)
        {
            string[] words = verb switch { "ps" or "events" or "info" => [], "exec" => ["web", "true"], _ => ["web"] };
            foreach (var (name, kind) in HelpFlags.Of(verb)) wrong.AddRange(Tried(name, kind, value => [verb, name, value, .. words]));
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    [Fact]
    public void A_hint_is_about_what_was_written()
    {
        _root.Run("create", "--name", "web", "--net", "none", Rootfs.Busybox, "true").Succeeds();
        _root.Run("cp", "no-such-file", "web:/").Fails(125, "no such file or directory: no-such-file", "a path of the host's");
        _root.Run("cp", "web:no-such-file", ".")
            .Fails(125, "no such file or directory: /no-such-file", "a container's paths begin at its root");
        Result file = _root.Run("run", "-w", "/bin/busybox", Rootfs.Busybox, "pwd")
            .Fails(125, "not a directory", "it is a file", "--workdir");
        Assert.DoesNotContain("--without", file.Error);
        _root.Detached(["--name", "runs", "--net", "none"], "sleep", "1000");
        string[] background = ["run", "-d", "--rm"];
        Spoken(_root.Run("exec", "-w", "/bin/busybox", "runs", "pwd").Fails(125, "--workdir: ", "it is a file"));
        Spoken(_root.Run("exec", "-e", "=x", "runs", "pwd").Fails(125, "environment entry '=x' has no name", "-e NAME=VALUE"));
        Spoken(_root.Run([.. background, "-w", "/bin/busybox", Rootfs.Busybox, "pwd"]).Fails(125, "--workdir: ", "it is a file"));
        _root.Run("exec", "--detach-keys", "abc", "runs", "true").Fails(125, "--detach-keys abc");
        _root.Run("run", "--log-driver", "fluentd", "--log-opt", "fluentd-address=127.0.0.1:1", Rootfs.Busybox, "true")
            .Fails(125, "fluentd-address=");
    }

    /// <summary>What a hint says can be done, and with what was asked for.</summary>
    [Requires(Need.UserNamespaces)]
    public void A_hint_helps()
    {
        _root.Detached(["--name", "runs", "--net", "none"], "sleep", "1000");
        string[] background = ["run", "-d", "--name", "runs"];
        _root.Run([.. background, Rootfs.Busybox, "true"]).Fails(125, "already in use", "minirun rm -f runs ends and removes that one");
        _root.Run("rm", "-f", "runs").Exits(0);
        _root.Run("create", "--name", "runs", Rootfs.Busybox, "true").Exits(0);
        _root.Run([.. background, Rootfs.Busybox, "true"]).Fails(125, "already in use", "minirun rm runs removes that one");
        _root.Run("run", "--mount", "src=./,dst=/x", Rootfs.Busybox, "true").Fails(125, "--mount src=./,dst=/x: ", "type=bind");
        _root.Run("run", "--mount", "type=volume,src=.,dst=/x", Rootfs.Busybox, "true").Fails(125, "--mount type=volume", "type=bind");
        foreach (string text in (string[])["./c:d:/x", "./c:d:/x:ro", "c:d:/x"])
            _root.Run("run", "-v", text, Rootfs.Busybox, "true").Fails(125, $"-v {text}: ", "--mount type=bind,source=PATH,");
        foreach (string[] flag in (string[][])[["-v", "/tmp:/proc/sys"], ["--tmpfs", "/proc"], ["--device", "/dev/null:/proc/x"]])
            Spoken(_root.Run(["run", .. flag, Rootfs.Busybox, "true"]).Fails(125, "/proc", "elsewhere"));
        Result runtime = _root.Run("run", "--runtime", "/bin/false", Rootfs.Busybox, "true");
        runtime.Fails(125, "--runtime /bin/false: ", "is it an OCI runtime?");
    }

    /// <summary>It has a name and no monitor, so that a verb cannot find it.</summary>
    [Requires(Need.UserNamespaces)]
    public void Of_a_container_in_the_foreground_it_is_said_why_no_verb_knows_it()
    {
        using RunningProgram run = _root.Start("run", "--name", "front", Rootfs.Busybox, "sh", "-c", "echo there; exec sleep 1000");
        run.AwaitOut("there");
        foreach (string verb in (string[])["exec front true", "logs front", "stop front", "inspect front", "rm front"])
            _root.Run(verb.Split(' ')).Fails(1, "no such container: front", "no monitor", "-d");
        run.Signal(Kernel.SIGTERM);
        run.Result().Exits(143);
        Assert.DoesNotContain("monitor", _root.Run("stop", "front").Fails(1, "no such container: front").Error);
    }

    /// <summary>Of fields of a document that nobody wrote nothing is said.</summary>
    private static void Spoken(Result result) => Assert.DoesNotMatch("process\\.|linux\\.|/proc/self/fd|bundle|OCI", result.Error);

    /// <summary>What is wrong with the answers.</summary>
    private IEnumerable<string> Tried(string name, string kind, Func<string, string[]> command)
    {
        if (s_free.Contains(name)) yield break;
        if (!s_wrong.TryGetValue(kind, out string[]? values))
        {
            yield return $"{name} {kind}: a kind of value that this test does not know";
            yield break;
        }
        foreach (string value in values)
        {
            Result result = _root.Run(command(value));
            string[] lines = result.Error.TrimEnd('\n').Split('\n');
            bool isAnError = lines.Length > 1 && lines[^2].StartsWith("minirun: ") && lines[^1].StartsWith("hint: ");
            // 1: it names a container that is not there.
            if (result.ExitCode is not (125 or 1) || !isAnError) yield return result.ToString();
        }
    }
}
