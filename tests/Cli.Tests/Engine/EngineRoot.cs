using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>A place for containers of one test. All of them end with it.</summary>
internal sealed class EngineRoot : IDisposable
{
    private readonly TemporaryDirectory _directory;

    public EngineRoot()
        : this(new TemporaryDirectory())
    {
    }

    /// <param name="directory">Removed at the end.</param>
    public EngineRoot(TemporaryDirectory directory) => _directory = directory;

    public string Path => _directory.Path;

    /// <summary>Variables of the program, besides.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>How the program is to be started for this place.</summary>
    public Start How => new() { Environment = new(Environment) { ["MINIRUN_ROOT"] = _directory.Path } };

    public Result Run(params string[] arguments) => Minirun.Run(How, Clear(arguments));

    public RunningProgram Start(params string[] arguments) => Minirun.Start(How, Clear(arguments));

    /// <summary>
    /// A name of hexadecimal digits alone may be the beginning of another container's id: when its own container is gone, `rm -f c1` means
    /// that one. A test that does so fails one time in a hundred.
    /// </summary>
    private static string[] Clear(string[] arguments)
    {
        int at = Array.IndexOf(arguments, "--name") + 1;
        if (at > 0 && at < arguments.Length && arguments[at].AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0
            && arguments[at].Length is > 0 and < 12)
            throw new ArgumentException($"--name {arguments[at]}: a name for a test has a letter that no id has");
        return arguments;
    }

    /// <summary>The whole suite with another runtime: MINIRUN_ENGINE_RUNTIME=runc.</summary>
    private static readonly string[] s_runtime =
        System.Environment.GetEnvironmentVariable("MINIRUN_ENGINE_RUNTIME") is { Length: > 0 } name ? ["--runtime", name] : [];

    /// <summary>Starts a detached container; gives its id.</summary>
    public string Detached(string[] options, params string[] command) =>
        Run(["run", "-d", .. s_runtime, .. options, Rootfs.Busybox, .. command]).Exits(0).Lines[0];

    /// <summary>A field of its document.</summary>
    public string Inspect(string container, string field) => Run("inspect", "-f", "{{" + field + "}}", container).Succeeds().Lines[0];

    /// <summary>Waits until a field is that.</summary>
    public bool Becomes(string container, string field, string value) => Deadline.Wait(() => Inspect(container, field) == value);

    /// <summary>What is left of containers in its files, but for what remembers them: the journal, the graveyard.</summary>
    public string[] Leftovers() => [
        .. Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Where(path => !Directory.Exists(path) && !path.Contains("/events/") && !path.Contains("/graveyard/"))];

    public void Dispose()
    {
        string[] all = Run("ps", "-aq").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (all.Length > 0) Run(["rm", "-f", .. all]);
        _directory.Dispose();
    }
}
