using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Ways;

/// <summary>One way, in a place of its own; all that it made is gone on Dispose.</summary>
internal sealed class Trial(Way way) : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public string Directory => _directory.Path;

    /// <summary>Redirections of the program under test, in the shell's words.</summary>
    public string Redirected { get; init; } = "";

    /// <summary>Its caller has signals blocked, and hands that down.</summary>
    public bool BlocksSignals { get; init; }

    private const string Blocking = "--block-signal=HUP,INT,QUIT,TERM,USR1,USR2,ALRM,TSTP,PIPE";

    /// <summary>A line of bash before all.</summary>
    public string Before { get; init; } = "";

    public Result Run(string[] options, params string[] command) => Run("", options, command);

    public Result Run(string input, string[] options, params string[] command) =>
        Support.Minirun.Other(How with { Input = way.First + input }, Program, Arguments(options, command));

    /// <summary>Its stdin stays open.</summary>
    public RunningProgram Start(string[] options, params string[] command)
    {
        var running = new RunningProgram(How, Program, Arguments(options, command));
        running.Input.Write(way.First);
        running.Input.Flush();
        return running;
    }

    /// <summary>In a terminal that is its controlling one.</summary>
    public Pty InTerminal(string redirections, string[] options, params string[] command)
    {
        var pty = new Pty(How, 33, 77, redirections, ["/bin/bash", .. Words(options, command)]);
        if (!redirections.Contains('0') && way.First.Length > 0) pty.Type(way.First);
        return pty;
    }

    private string Program => BlocksSignals ? Programs.Find("env")! : "/bin/bash";

    private string[] Arguments(string[] options, string[] command) =>
        [.. BlocksSignals ? [Blocking, "/bin/bash"] : Array.Empty<string>(), .. Words(options, command)];

    /// <summary>The whole as words of bash: `bash -c SCRIPT way FLAG… -- COMMAND…`.</summary>
    public string[] Words(string[] options, string[] command)
    {
        string prelude = "opts=(); while [[ $1 != -- ]]; do opts+=(\"$1\"); shift; done; shift\n";
        string script = Redirected.Length == 0 ? way.Script : way.Script.TrimEnd() + " " + Redirected;
        return ["-c", prelude + Before + "\n" + script, "way", .. options, "--", .. command];
    }

    public Start How => _root.How with
    {
        Environment = new(_root.How.Environment) { ["M"] = Programs.Minirun, ["R"] = Rootfs.Busybox, ["D"] = _directory.Path },
        Deadline = TimeSpan.FromSeconds(60),
    };

    /// <summary>What there is of containers: nothing, or how many.</summary>
    public string Left()
    {
        string[] engine = _root.Run("ps", "-aq").Succeeds().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string oci = _directory["oci"];
        int left = engine.Length + (System.IO.Directory.Exists(oci) ? System.IO.Directory.EnumerateDirectories(oci).Count() : 0);
        return left == 0 ? "nothing" : $"{left} container";
    }

    public void Dispose()
    {
        string oci = _directory["oci"];
        if (System.IO.Directory.Exists(oci))
            Support.Minirun.Other(Programs.Minirun + "-oci", "--root", oci, "delete", "--force", "way-" + Path.GetFileName(Directory));
        _root.Dispose();
        _directory.Dispose();
    }
}
