using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

using Minirun = Support.Minirun;

/// <summary>
/// Commands by the hundred, called by one shell: each with a file for its stdout, its stderr and its status. Root's are in namespaces of
/// their own, since nobody knows what a changed document asks for.
/// </summary>
internal sealed class Cases : IDisposable
{
    private const string Prelude = """
        # call NAME COMMAND...: in the directory of the case.
        call() {
            local name=$1 status=0
            shift
            timeout -s KILL 60 "$@" </dev/null >"$name.out" 2>"$name.err" || status=$?
            echo $status >"$name.status"
        }

        """;

    private readonly TemporaryDirectory _directory = new();

    public string this[string name] => _directory[name];

    /// <param name="script">Uses <c>call</c>; is in the directory.</param>
    public void Run(string script, params (string Name, string Value)[] variables)
    {
        string[] shell = ["bash", "-euc", $"cd '{_directory.Path}'\n{Prelude}{script}"];
        string[] words = Kernel.Uid == 0
            ? ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", .. shell]
            : shell;
        // Whatever lives on has files of ours, and no pipe.
        Start how = Start.Plain with { Deadline = TimeSpan.FromMinutes(5),
            Environment = variables.ToDictionary(each => each.Name, each => (string?)each.Value) };
        Minirun.Other(how, words[0], words[1..]).Exits(0);
    }

    /// <summary>What a command said and how it ended: in order, with one error of ours, or not.</summary>
    /// <param name="name">Below the directory, as given to <c>call</c>.</param>
    /// <param name="codes">The exit codes of errors.</param>
    /// <returns>Whether it did what it was called for.</returns>
    public bool Ended(string name, string about, params int[] codes)
    {
        string error = File.ReadAllText(_directory[name + ".err"]), output = File.ReadAllText(_directory[name + ".out"]);
        int status = int.Parse(File.ReadAllText(_directory[name + ".status"]));
        string all = $"{about}\n{name}: status {status}\n--- stderr\n{error}\n--- "
            + $"stdout\n{FuzzRun.Text(File.ReadAllBytes(_directory[name + ".out"]))}";
        Assert.True(status == 0 || codes.Contains(status), all);
        Assert.False((error + output).Contains("nhandled exception") || error.Contains("   at ") || error.Contains("System."), all);
        if (status == 0) return true;
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Count(line => line.Contains("level=error") || line.StartsWith("minirun: ")) >= 1, all);
        return false;
    }

    public void Dispose() => _directory.Dispose();
}
