using System.Diagnostics;
using Xunit;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>A program that a test has started, and ends.</summary>
public sealed class PeerProgram : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    public PeerProgram(string program, params string[] arguments)
    {
        _process = new Process {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true
            } };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public string[] Output
    {
        get
        {
            lock (_output) return [.. _output];
        }
    }

    /// <summary>The first of these directories that has the program.</summary>
    public static string? Find(string name) =>
        ((string[])["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/lib/systemd"]).Select(
            directory => $"{directory}/{name}")
            .FirstOrDefault(File.Exists);

    /// <summary>What a program prints.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {process.ExitCode}: {error.Result}");
        return output;
    }

    public void Await(Func<bool> condition, string what) => Waiting.Until(
        () => condition() || (_process.HasExited ? throw new InvalidOperationException($"{what}: {string.Join('\n', Output)}") : false),
            what);

    /// <summary>SIGSTOP and its like.</summary>
    public void Signal(string name) => Run("/bin/kill", $"-{name}", $"{Pid}");

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
            if (line is not null) _output.Add(line);
    }
}
