using System.Globalization;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Ways;

/// <summary>Much input and much output, and a side that does not take what is for it.</summary>
internal sealed partial record Fact
{
    private const int Much = 5_000_000;

    /// <summary>Of a command that reads nothing before it has written all, as sort(1) at the end of a pipeline of filters may.</summary>
    private static string Pipeline(Way way)
    {
        using var trial = new Trial(way);
        string[] words = trial.Words([], ["sh", "-c", $"head -c {Much} /dev/zero; cat >/dev/null; echo done"]);
        string script = $"first=$1; shift; (printf %s \"$first\"; head -c {Much} /dev/zero) | \"$@\" | wc -c";
        using var pipe = new RunningProgram(trial.How, "/bin/bash", ["-c", script, "pipe", way.First, "/bin/bash", .. words]);
        return pipe.Result().Out.Trim();
    }

    /// <summary>Of a command that reads nothing at all of much input: what it writes comes, and signals reach it.</summary>
    private static string Unread(Way way, int number)
    {
        using var trial = new Trial(way);
        const string script = "trap 'exit 9' TERM INT; while :; do echo tick; sleep 0.02; done";
        using RunningProgram running = trial.Start([], "sh", "-c", script);
        var feed = new Thread(() => Feed(running)) { IsBackground = true };
        feed.Start();
        // More than is on its way when the input stands still.
        running.AwaitOut(string.Concat(Enumerable.Repeat("tick\n", 50)));
        running.Signal(number);
        return running.Result().ExitCode.ToString(CultureInfo.InvariantCulture);
    }

    private static void Feed(RunningProgram running)
    {
        try
        {
            running.Input.BaseStream.Write(new byte[Much]);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // It has ended without reading it.
        }
    }

    /// <summary>Of a command whose reader waits: the signal reaches it at once, and the reader gets its exit status in the end.</summary>
    private static string Unheard(Way way)
    {
        using var trial = new Trial(way);
        string word = Seconds(), gate = trial.Directory + "/gate";
        Support.Minirun.Other("mkfifo", gate).Succeeds();
        string[] words = trial.Words([], ["yes", word]);
        string script = $"\"$@\" | (read -r go <{gate}; wc -c) >/dev/null; exit ${{PIPESTATUS[0]}}";
        using var pipe = new RunningProgram(trial.How, "/bin/bash", ["-c", script, "pipe", "/bin/bash", .. words]);
        pipe.Input.Write(way.First);
        pipe.Input.Flush();
        if (!Deadline.Wait(() => Programs.Running("yes", word))) return "not begun: " + pipe.ErrorSoFar;
        // The program under test, whatever was started before it for its container.
        int client = Family.Below(pipe.Pid).Find(IsUnderTest);
        Kernel.Signal(client, Kernel.SIGTERM);
        if (!Deadline.Wait(() => !Programs.Running("yes", word))) return "lives on";
        File.WriteAllText(gate, "go\n");
        return pipe.Result().ExitCode.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A pipe that has a reader who takes nothing: the program under test itself, as its descriptor 9.</summary>
    internal const string NoTaker = "mkfifo \"$D/full\"; exec 9<>\"$D/full\"", ToNoTaker = ">\"$D/full\" 2>&1";

    /// <summary>Of a command whose reader takes nothing: a signal ends it, and whoever waits for it ends in a bounded time.</summary>
    private static string Untaken(Way way, string[] options)
    {
        using var trial = new Trial(way) { Before = NoTaker, Redirected = ToNoTaker };
        string word = Seconds();
        using RunningProgram running = trial.Start(options, "yes", word);
        if (!Deadline.Wait(() => Programs.Running("yes", word))) return "not begun: " + running.ErrorSoFar;
        running.Signal(Kernel.SIGTERM);
        return running.Result().ExitCode.ToString(CultureInfo.InvariantCulture);
    }

    private static string UntakenOfTerminal(Way way)
    {
        using var trial = new Trial(way) { Before = NoTaker, Redirected = ToNoTaker };
        string word = Seconds();
        using Pty pty = trial.InTerminal("", ["-t"], "yes", word);
        if (!Deadline.Wait(() => Programs.Running("yes", word))) return "not begun: " + pty.Screen;
        Kernel.Signal(Family.Below(pty.Pid).Prepend(pty.Pid).First(IsUnderTest), Kernel.SIGTERM);
        return pty.ExitCode().ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Root of the container owns them as the caller does, and tries on each what its descriptor is not for.</summary>
    private static string Files(Way way)
    {
        const string attack = "for n in 0 1 2; do : >/proc/self/fd/$n; : >/proc/$$/fd/$n; chmod 777 /proc/$$/fd/$n; done";
        using var trial = new Trial(way) { Redirected = "<\"$D/in\" >>\"$D/log\" 2>>\"$D/errors\"" };
        string given = trial.Directory + "/in", log = trial.Directory + "/log";
        File.WriteAllText(given, way.First + "precious");
        File.WriteAllText(log, "earlier ");
        foreach (string path in (string[])[given, log]) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        trial.Run([], "sh", "-c", attack + "; echo end");
        return $"{File.ReadAllText(given)[way.First.Length..]} {Mode(given)}, {File.ReadAllText(log).Replace('\n', ' ')}{Mode(log)}";
    }

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private static string Unwritten(Way way, string[] options)
    {
        using var trial = new Trial(way) { Redirected = ">/dev/full" };
        return trial.Run(options, "echo", "out").ExitCode.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The command is told, as by a pipe that nobody reads, and is not run for nothing.</summary>
    private static string UnwrittenForEver(Way way, string[] options)
    {
        using var trial = new Trial(way) { Redirected = ">/dev/full" };
        int code = trial.Run(options, "yes").ExitCode;
        return code is 0 or 128 + 9 ? $"ends with {code}" : "ends";
    }

    private static bool IsUnderTest(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0].Split('/')[^1] is "minirun" or "minirun-oci";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
