using System.Diagnostics;
using System.Text;

namespace Minirun.Cli.Tests.Support;

/// <summary>A started program: its pid, its output so far, signals to it. Killed with all below it on Dispose.</summary>
internal sealed class RunningProgram : IDisposable
{
    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    private readonly Process _process;
    private readonly Output _out, _error;
    private readonly string _command;
    private readonly DateTime _deadline;

    public RunningProgram(Start how, string program, string[] arguments)
    {
        _command = string.Join(' ', arguments.Prepend(Path.GetFileName(program)));
        _deadline = DateTime.UtcNow + how.Deadline;
        var start = new ProcessStartInfo
        {
            FileName = how.Before is null ? program : "/bin/bash",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = s_utf8,
            WorkingDirectory = how.WorkingDirectory ?? "",
        };
        if (how.Before is { } script)
            foreach (string word in (string[])["-c", script + "\nexec \"$0\" \"$@\"", program]) start.ArgumentList.Add(word);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[TestRun.Mark] = TestRun.Id;
        start.Environment["TMPDIR"] = TestRun.Temporary;
        foreach (var (name, value) in how.Environment)
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        Dispositions.MakeDefault(start);
        _process = Process.Start(start)!;
        _out = new Output(_process.StandardOutput);
        _error = new Output(_process.StandardError);
        if (how.Input is { } input) Feed(input);
    }

    public int Pid => _process.Id;

    /// <summary>Its stdin; write, then Flush or Close.</summary>
    public StreamWriter Input => _process.StandardInput;

    public string OutSoFar => _out.Text;

    public string ErrorSoFar => _error.Text;

    public bool HasEnded => _process.HasExited;

    public void Signal(int number) => Kernel.Signal(Pid, number);

    /// <summary>Waits until stdout has this in it.</summary>
    public void AwaitOut(string text) => Await(() => OutSoFar.Contains(text), $"'{text}' on stdout");

    /// <summary>Waits until stderr has this in it.</summary>
    public void AwaitError(string text) => Await(() => ErrorSoFar.Contains(text), $"'{text}' on stderr");

    public void Await(Func<bool> condition, string what)
    {
        if (!Deadline.Wait(() => condition() || _process.HasExited, _deadline - DateTime.UtcNow) || !(condition() || DrainedAnd(condition)))
            throw new TimeoutException($"{_command}: waited in vain for {what}\n--- stdout\n{OutSoFar}\n--- stderr\n{ErrorSoFar}");
    }

    /// <summary>Its end: exit code, and all output up to the last writer's end.</summary>
    public Result Result()
    {
        bool ended = _process.WaitForExit(Left()), drained = ended && _out.Wait(Left()) && _error.Wait(Left());
        if (!drained)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{_command}: {(ended ? "ended, but something holds its output open" : "not ended in time")}\n--- "
                    + $"stdout\n{OutSoFar}\n--- stderr\n{ErrorSoFar}");
        }
        return new Result(_command, _process.ExitCode, OutSoFar, ErrorSoFar);
    }

    /// <summary>Whether it has ended, and nobody holds its output open, before the time is over.</summary>
    public bool IsReleased(TimeSpan time)
    {
        DateTime deadline = DateTime.UtcNow + time;
        TimeSpan Rest() => deadline > DateTime.UtcNow ? deadline - DateTime.UtcNow : TimeSpan.Zero;
        return _process.WaitForExit(Rest()) && _out.Wait(Rest()) && _error.Wait(Rest());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private TimeSpan Left() => _deadline > DateTime.UtcNow ? _deadline - DateTime.UtcNow : TimeSpan.Zero;

    private bool DrainedAnd(Func<bool> condition) => _out.Wait(Left()) && _error.Wait(Left()) && condition();

    private void Feed(string text)
    {
        try
        {
            Input.Write(text);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading: not our business.
        }
    }
}
