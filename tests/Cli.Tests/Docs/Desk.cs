using System.Diagnostics;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Docs;

/// <summary>
/// Where a reader sits: a directory that looks like the checkout, with a busybox tree of its own to write into, and a shell.
/// </summary>
internal sealed class Desk : IDisposable
{
    private const int Seconds = 120;

    private readonly TemporaryDirectory _temporary = new();
    private readonly string _directory, _mark = "--" + Guid.NewGuid().ToString("N");

    public Desk()
    {
        _directory = _temporary.Path;
        foreach (string entry in Directory.EnumerateFileSystemEntries(Checkout.Root))
            if (Path.GetFileName(entry) is not (".git" or "out" or "rootfs-samples"))
                File.CreateSymbolicLink(Path.Combine(_directory, Path.GetFileName(entry)), entry);
        string samples = Directory.CreateDirectory(Path.Combine(_directory, "rootfs-samples")).FullName;
        foreach (string entry in Directory.EnumerateFileSystemEntries(Checkout.At("rootfs-samples")))
            if (Path.GetFileName(entry) != "busybox") File.CreateSymbolicLink(Path.Combine(samples, Path.GetFileName(entry)), entry);
        string sample = Checkout.At("rootfs-samples/busybox");
        Tree.Copy(sample, samples);
    }

    /// <summary>Runs a block in one shell; gives each command's exit status and output, stderr among it.</summary>
    public List<(int Status, string Output)> Run(Block block)
    {
        string script = WriteScript(block);
        // A session of its own: --step would else ask on the terminal of who runs the tests.
        var start = new ProcessStartInfo("setsid", ["--wait", "bash", script])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardInput = true
        };
        foreach (var (name, value) in Environment)
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        start.Environment["TERM"] = "dumb";
        Dispositions.MakeDefault(start);
        using Process shell = Process.Start(start)!;
        shell.StandardInput.Close();
        Task<string> output = shell.StandardOutput.ReadToEndAsync();
        if (!output.Wait(TimeSpan.FromSeconds(Seconds)))
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException($"{block.Page}:{block.Line}: not done after {Seconds} s");
        }
        shell.WaitForExit();
        return Results(output.Result);
    }

    /// <summary>The same on a terminal of 80 columns, and what is wrong with what a person sees there.</summary>
    public List<(int Status, string Output)> RunInTerminal(Block block, List<string> wrong)
    {
        string script = WriteScript(block);
        Start how = Start.Plain with { WorkingDirectory = _directory, Environment = Environment, Deadline = TimeSpan.FromSeconds(Seconds) };
        using var pty = new Pty(how, rows: 50, columns: 80, ["bash", script]);
        Emulator seen = pty.AtEnd(out _);
        string place = $"{block.Page}:{block.Line}";
        if (seen.Leftovers.Length > 0) wrong.Add($"{place}: left on the terminal: {seen.Leftovers}");
        if (pty.ReadSettings() != pty.Settings) wrong.Add($"{place}: the terminal's settings are others");
        foreach (string line in seen.Screen.Stairs) wrong.Add($"{place}: the next line began in the middle, below: {line}");
        return Results(pty.Screen.Replace("\r\n", "\n"));
    }

    private string WriteScript(Block block)
    {
        string script = Path.Combine(_directory, ".block");
        string text = "exec 2>&1\n";
        foreach (Command command in block.Commands) text += $"{command.Text}\nprintf '\\n{_mark} %d\\n' $?\n";
        // At the end and not as a trap: with one, bash's child can lose a SIGTERM that comes before its exec.
        File.WriteAllText(script, text + "kill $(jobs -p) 2>/dev/null; wait\n");
        return script;
    }

    private List<(int, string)> Results(string output)
    {
        string[] parts = output.Split("\n" + _mark + " ");
        List<(int, string)> results = [];
        for (int i = 0; i + 1 < parts.Length; i++)
        {
            string own = i == 0 ? parts[0] : parts[i][(parts[i].IndexOf('\n') + 1)..];
            results.Add((int.Parse(parts[i + 1].Split('\n')[0]), own));
        }
        return results;
    }

    private Dictionary<string, string?> Environment => new()
    {
        ["PATH"] = $"{Checkout.At("bin")}:{System.Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
        ["HOME"] = _directory,   // no config.yaml of who runs the tests
        ["MINIRUN_ROOT"] = Containers,
        ["XDG_CONFIG_HOME"] = null,
    };

    /// <summary>Where the page's containers live.</summary>
    private string Containers => Path.Combine(_directory, ".minirun");

    public void Dispose()
    {
        if (Directory.Exists(Containers))
            Support.Minirun.Other("sh", "-c", "for id in $(MINIRUN_ROOT=$1 $2 ps -aq); do MINIRUN_ROOT=$1 $2 rm -f $id; done", "sh",
                Containers, Programs.Minirun);
        _temporary.Dispose();
    }
}
