using Minirun.Engine.Records;
using Minirun.Linux;

namespace Minirun.Cli.Verbs.Container;

/// <summary>What to try, of a container that ended otherwise than one wants. Few, and only where the record gives a reason.</summary>
internal static class FlightHints
{
    private const int Signalled = 128, MostSignals = 64;
    private static readonly string[] s_shells = ["sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "/bin/ash", "/bin/dash"];

    public static List<string> Of(FlightRecord record)
    {
        ContainerState state = record.State;
        List<string> hints = [];
        if (state.Status is ContainerState.Created or ContainerState.Running) return hints;
        switch (state.Cause)
        {
            case "oom":
                hints.Add("give it more: --memory, at once by minirun update --memory");
                break;
            case "timeout":
                hints.Add($"--timeout gave it {record.Timeout.ToString(System.Globalization.CultureInfo.InvariantCulture)} s");
                break;
            case "seccomp":
                hints.Add("docs/security.md has the filter; --security-opt seccomp=unconfined is without one");
                break;
            case "unknown":
                hints.Add("its monitor (minirun-monitor in ps) was killed before it, or the machine stopped");
                break;
            case "signal" when state.Signal == signal.SIGKILL && !state.Asked:
                hints.Add("minirun did not send it: somebody else did, or the kernel, when the whole machine had no memory left (dmesg)");
                break;
            case "exit" when state.OomKilled:
                hints.Add("a process in it was killed by the kernel for want of memory: --memory");
                break;
            case "exit" when state.ExitCode > Signalled && state.ExitCode <= Signalled + MostSignals:
                hints.Add(
                    $"{state.ExitCode} is what a shell says of a command that {SignalName.Of(state.ExitCode - Signalled)} "
                        + $"ended{(state.ExitCode - Signalled == signal.SIGSYS ? ": a forbidden system call" : "")}");
                break;
            case "exit" when state.ExitCode == 0 && !record.OpenStdin && record.Command.Count == 1 && s_shells.Contains(record.Command[0]):
                hints.Add("a shell without input has nothing to do: -i, or -it");
                break;
        }
        if (state.ExitCode != 0
            && record.Lines.Exists(line => line.Text.Contains("Operation not permitted", StringComparison.OrdinalIgnoreCase)))
            hints.Add(
                "its last lines tell of a refusal: a capability that it lacks (--cap-add), or the filter of system calls "
                    + "(docs/security.md)");
        return hints;
    }
}
