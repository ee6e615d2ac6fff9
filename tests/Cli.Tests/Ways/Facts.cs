using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Ways;

/// <summary>What is to be the same whichever way a command is run: a name, how to look, and what is to be seen.</summary>
/// <param name="Name">As docs/run.md calls it.</param>
/// <param name="Expected">What all ways give, but for those that docs/run.md names.</param>
/// <param name="Look">Gives what one way gives.</param>
internal sealed partial record Fact(string Name, string Expected, Func<Way, string> Look)
{
    public Need Needs { get; init; }

    /// <summary>Of a container that is made for it.</summary>
    public bool IsOfNew { get; init; }

    public override string ToString() => Name;

    private const string ByName = "echo out >/dev/stdout; echo err >/dev/stderr; cat /dev/stdin";
    private const string Handler = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    private static readonly string[] s_student = ["-u", "student"];
    private static readonly string[] s_makesNodes = ["-m", "100m", "--userns", "host", "--cap-add", "MKNOD"];

    /// <summary>A device that anybody may open, and that is not among those that every container has: FUSE's.</summary>
    private const string Device = "/dev/fuse", Given = "/dev/kmsg:/dev/given:r";
    private static readonly string MakeAndOpen = "mknod /dev/other c 10 229 || exit; " + Opened("/dev/other");

    private static string Opened(string device) => $"(exec 3<>{device}) 2>/dev/null && echo open || echo refused";

    private static Fact OfDevice(string name, string expected, string[] options, string script, Need needs = Need.Fuse | Need.Root) =>
        new(name, expected, way => Output(way, "", options, "sh", "-c", script)) { Needs = needs, IsOfNew = true };

    public static readonly Fact[] All =
    [
        new("exit status", "7", way => Status(way, [], "sh", "-c", "exit 7")),
        new("command not found", "127", way => Status(way, [], "/no/command")),
        new("command not executable", "126", way => Status(way, [], "/etc/passwd")),
        new("user not there", "125", way => Status(way, ["-u", "nobody-of-that-name"], "true")),
        new("SIGTERM", "143", way => Signalled(way, Kernel.SIGTERM)),
        new("SIGINT", "130", way => Signalled(way, Kernel.SIGINT)),
        new("SIGHUP", "129", way => Signalled(way, Kernel.SIGHUP)),
        new("SIGQUIT", "131", way => Signalled(way, Kernel.SIGQUIT)),
        new("signal with a handler", "9", Handled),
        new("Ctrl-C", "130", Interrupted),
        new("hang-up of the terminal", "ended", HungUp),
        new("reader gone", "141", ReaderGone),
        new("much output before much input", "5000005", Pipeline),
        new("SIGTERM while input is not read", "9", way => Unread(way, Kernel.SIGTERM)),
        new("SIGINT while input is not read", "9", way => Unread(way, Kernel.SIGINT)),
        new("SIGTERM while output is not read", "143", Unheard),
        new("SIGTERM while nobody takes the output", "143", way => Untaken(way, [])),
        new("the same of a user's command", "143", way => Untaken(way, s_student)) { Needs = Need.SubordinateIdsOrRoot },
        new("SIGTERM while nobody takes what its terminal shows", "143", UntakenOfTerminal),
        new("stdin", "in\n", way => Output(way, "in\n", [], "cat")),
        new("no stdin", "0:", way => Missing(way, "0<&-", "cat")),
        new("no stdin, stdout, stderr", "4:", way => Missing(way, "0<&- 1>&- 2>&-", "sh", "-c", "echo; exit 4")),
        new("/dev/stdout and others by name", "out\nin\nerr\n", way => Names(way, [])),
        new("/dev/stdout and others of a user", "out\nin\nerr\n", way => Names(way, s_student)) { Needs = Need.SubordinateIdsOrRoot },
        new("/dev/stdout and others of a user, files", "out\nin\nerr\n", NamesOfFiles) { Needs = Need.SubordinateIdsOrRoot },
        new("files as stdin, stdout, stderr", "precious 600, earlier end 600", Files),
        new("output that cannot be written", "125", way => Unwritten(way, [])),
        new("endless output that cannot be written", "ends", way => UnwrittenForEver(way, [])),
        new("output of a terminal that cannot be written", "125", way => Unwritten(way, ["-t"])),
        new("endless output of a terminal that cannot be written", "ends", way => UnwrittenForEver(way, ["-t"])),
        new("killed by SIGKILL", "holds nothing", Killed),
        new("directory as stdin", "125", way => Redirected(way, "</")),
        new("socket that waits for connections as stdin", "125", Listening),
        new("first size of a terminal", "33 77", FirstSize),
        new("terminal whose input ends before its shell reads", "early 0", EndOfTerminal),
        new("groups", "1000 100\n", way => Output(way, "", s_student, "id", "-G")) { Needs = Need.SubordinateIdsOrRoot },
        new("environment", "a b\n\"é\n", way => Output(way, "", ["-e", "A=a b\n\"é"], "sh", "-c", "echo \"$A\"")),
        new("working directory", "/tmp\n", way => Output(way, "", ["-w", "/tmp"], "pwd")),
        new("signals that the caller blocks", "SigBlk:\t0000000000000000\n", Blocked),
        new("SIGTERM of a caller that blocks it", "143", SignalledBlocked),
        new("umask", "0022\n", Umask),
        OfDevice("device that is given", "open\n", ["--device", Device], Opened(Device), Need.Fuse),
        OfDevice("device that is given, among limits", "open\n", ["-m", "100m", "--device", Device], Opened(Device)),
        OfDevice("device that is given to be read", "refused\n", ["--device", Device + ":r"], Opened(Device)),
        OfDevice("device that is not given", "refused\n", s_makesNodes, MakeAndOpen),
        OfDevice("another device than the one that is given", "refused\n", [.. s_makesNodes, "--device", Given], MakeAndOpen),
        OfDevice("all devices, privileged", "open\n", [.. s_makesNodes, "--privileged"], MakeAndOpen),
        new("left afterwards", "nothing", Left),
    ];

    private static string Status(Way way, string[] options, params string[] command)
    {
        using var trial = new Trial(way);
        return trial.Run(options, command).ExitCode.ToString();
    }

    /// <summary>A shell that edits its lines: it changes the terminal's mode, and what was typed before is no key any more.</summary>
    private static string EndOfTerminal(Way way)
    {
        using var trial = new Trial(way);
        Result result = trial.Run("echo early\n", ["-t"], "sh");
        return (result.Out.Contains("\nearly", StringComparison.Ordinal) ? "early " : "") + result.ExitCode;
    }

    private static string Umask(Way way)
    {
        using var trial = new Trial(way) { Before = "umask 077" };
        return trial.Run([], "sh", "-c", "umask").Out;
    }

    private static string Output(Way way, string input, string[] options, params string[] command)
    {
        using var trial = new Trial(way);
        return trial.Run(input, options, command).Out;
    }

    /// <summary>No shell before it, which might have a handler: what it catches while it executes its last command is lost.</summary>
    private static string Signalled(Way way, int number)
    {
        using var trial = new Trial(way);
        return Signalled(trial, number);
    }

    private static string Signalled(Trial trial, int number)
    {
        string seconds = Seconds();
        using RunningProgram running = trial.Start([], "sleep", seconds);
        if (!Deadline.Wait(() => Programs.Running("sleep", seconds))) return "not begun: " + running.OutSoFar + running.ErrorSoFar;
        running.Signal(number);
        return running.Result().ExitCode.ToString();
    }

    private static string Blocked(Way way)
    {
        using var trial = new Trial(way) { BlocksSignals = true };
        return trial.Run([], "grep", "SigBlk", "/proc/self/status").Out;
    }

    private static string SignalledBlocked(Way way)
    {
        using var trial = new Trial(way) { BlocksSignals = true };
        return Signalled(trial, Kernel.SIGTERM);
    }

    private static string Handled(Way way)
    {
        using var trial = new Trial(way);
        using RunningProgram running = trial.Start([], "sh", "-c", Handler);
        running.AwaitOut("ready");
        running.Signal(Kernel.SIGTERM);
        return running.Result().ExitCode.ToString();
    }

    /// <summary>Of a sleep that can be found by it.</summary>
    private static string Seconds() => "7" + Guid.NewGuid().GetHashCode().ToString().TrimStart('-');

    private static string Interrupted(Way way)
    {
        using var trial = new Trial(way);
        using Pty pty = trial.InTerminal("", ["-t"], "sh", "-c", "echo re''ady; exec cat");
        pty.Await("ready");
        pty.Type("on\n");
        pty.Await("on\r\non");   // it has begun, and has no handler
        pty.Type("\x03");
        return pty.ExitCode().ToString();
    }

    /// <summary>script(1) holds the terminal, and is killed.</summary>
    private static string HungUp(Way way)
    {
        using var trial = new Trial(way);
        string seconds = Seconds();
        string[] words = trial.Words(["-t"], ["sh", "-c", $"read x; exec sleep {seconds}"]);
        string command = "exec /bin/bash " + string.Join(' ', words.Select(word => "'" + word.Replace("'", "'\\''") + "'"));
        string[] arguments = ["--quiet", "--flush", "--command", command, "/dev/null"];
        using var script = new RunningProgram(trial.How, Programs.Find("script")!, arguments);
        script.Input.Write(way.First + "\n");
        script.Input.Flush();
        if (!Deadline.Wait(() => Programs.Running("sleep", seconds))) return "not begun: " + script.OutSoFar + script.ErrorSoFar;
        // What was started in the terminal, and for the plain foreground the container, too.
        List<int> below = Family.Below(script.Pid);
        script.Signal(Kernel.SIGKILL);
        Deadline.Wait(() => !Programs.Running("sleep", seconds) || !below.Exists(pid => Directory.Exists($"/proc/{pid}")));
        return Deadline.Wait(() => !Programs.Running("sleep", seconds), TimeSpan.FromSeconds(1)) ? "ended" : "lives on";
    }

    private static string ReaderGone(Way way)
    {
        using var trial = new Trial(way);
        string[] words = trial.Words([], ["sh", "-c", "yes; exit $?"]);
        const string script = "\"$@\" | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}";
        using var pipe = new RunningProgram(trial.How, "/bin/bash", ["-c", script, "pipe", "/bin/bash", .. words]);
        pipe.Input.Write(way.First);
        pipe.Input.Flush();
        return pipe.Result().ExitCode.ToString();
    }

    private static string Missing(Way way, string redirected, params string[] command)
    {
        using var trial = new Trial(way) { Redirected = redirected };
        Result result = trial.Run([], command);
        return $"{result.ExitCode}:{result.Out}{result.Error}";
    }

    private static string Names(Way way, string[] options)
    {
        using var trial = new Trial(way);
        Result result = trial.Run("in\n", options, "sh", "-c", ByName);
        return result.Out + result.Error;
    }

    private static string NamesOfFiles(Way way)
    {
        using var trial = new Trial(way) { Redirected = "<\"$D/in\" >\"$D/out\" 2>\"$D/err\"" };
        File.WriteAllText(trial.Directory + "/in", way.First + "in\n");
        Result result = trial.Run(s_student, "sh", "-c", ByName);
        return File.ReadAllText(trial.Directory + "/out") + File.ReadAllText(trial.Directory + "/err") + result.Error;
    }

    private static string FirstSize(Way way)
    {
        using var trial = new Trial(way);
        using Pty pty = trial.InTerminal("", ["-t"], "stty", "size");
        pty.ExitCode();
        string seen = "";
        return Deadline.Wait(() => (seen = Line(pty.Screen)).Length > 0) ? seen : pty.Screen;
    }

    private static string Line(string screen) =>
        screen.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => Size().IsMatch(line)) ?? "";

    [GeneratedRegex("^\\d+ \\d+$")]
    private static partial Regex Size();

    private static string Left(Way way)
    {
        using var trial = new Trial(way);
        trial.Run([], "true").Exits(0);
        string left = "";
        return Deadline.Wait(() => (left = trial.Left()) == "nothing", TimeSpan.FromSeconds(2)) ? "nothing" : left;
    }
}
