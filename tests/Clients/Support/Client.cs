using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Clients.Support;

/// <summary>One client in its realm, set up when the first test asks for it.</summary>
public abstract class Client : IDisposable
{
    private readonly Lock _lock = new();
    private bool _isReady;
    private string? _missing;
    private Exception? _broken;
    private Leftovers? _before;

    private protected Client(string name) => Name = name;

    /// <summary>The name of the container image, or the path of the root file system, that all tests use.</summary>
    public abstract string Image { get; }

    protected string Name { get; }

    internal Realm Realm { get; private set; } = null!;

    /// <summary>Skips the test where the client or the runtime is missing, or does not work here with runc either.</summary>
    internal void Require()
    {
        lock (_lock)
        {
            if (!_isReady) Prepare();
            if (_missing is not null) throw new SkippedException(_missing);
            if (_broken is not null) throw new InvalidOperationException($"{Name} could not be set up: {_broken.Message}", _broken);
        }
    }

    /// <summary>Runs the client to its end.</summary>
    internal Result Run(params string[] arguments) => Run(Cli.Tests.Support.Start.Plain, arguments);

    internal Result Run(Start how, params string[] arguments) => Realm.Run(how, Command[0], [.. Command[1..], .. arguments]);

    internal RunningProgram Start(params string[] arguments) =>
        Realm.Start(Cli.Tests.Support.Start.Plain, Command[0], [.. Command[1..], .. arguments]);

    internal Pty Terminal(params string[] arguments) =>
        Realm.Terminal(Cli.Tests.Support.Start.Plain, Command[0], [.. Command[1..], .. arguments]);

    /// <summary>Runs the client; where it does not succeed, and does not with runc either, the test is skipped.</summary>
    internal Result RunOrSkip(params string[] arguments) => RunOrSkip(Run, arguments);

    internal Result RunOrSkip(Func<string[], Result> run, string[] arguments)
    {
        Result result = run(arguments);
        if (result.ExitCode == 0) return result;
        if (RuntimeUnderTest.Runc is not { } runc) return result;
        Result second = RuntimeUnderTest.IsRunc ? result : run(WithRuntime(runc, arguments));
        return second.ExitCode == 0
            ? result
            : throw new SkippedException($"{Name} cannot do this here with runc either: {second.Error.Trim()}");
    }

    /// <summary>Fails when something is there now that was not before the first test; what is just going has a while for that.</summary>
    internal void LeavesNothing()
    {
        string[] left = [];
        Deadline.Wait(() => (left = [.. Leftovers.Find(this).Beyond(_before!).Where(line => !Keeps(line))]).Length == 0, Patience);
        Assert.True(left.Length == 0, "left behind:\n" + string.Join('\n', left));
    }

    /// <summary>Runs one of the scripts of Support/ where this client's containers' mounts can be seen.</summary>
    internal virtual string Inside(string script, params string[] arguments) => Realm.Script(script, arguments);

    public void Dispose()
    {
        if (Realm is null) return;
        try
        {
            TearDown();
        }
        finally
        {
            Realm.Dispose();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>The client's program and its options, before any verb.</summary>
    protected abstract string[] Command { get; }

    /// <summary>The programs without which it cannot be tried, with the Debian package of each.</summary>
    protected abstract (string Program, string Package)[] Programs { get; }

    protected virtual bool NeedsRoot => false;

    /// <summary>Configuration, the daemon, the image.</summary>
    protected abstract void SetUp();

    /// <summary>How long what is just going may take.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(15);

    /// <summary>Whether the client makes this once and keeps it, though the first container did not bring it up.</summary>
    protected virtual bool Keeps(string leftover) => false;

    protected virtual void TearDown()
    {
    }

    /// <summary>A first container, which also makes what the client makes once and keeps.</summary>
    protected abstract string[] Hello { get; }

    /// <summary>The same command line, for another runtime.</summary>
    protected abstract string[] WithRuntime(string path, string[] arguments);

    private void Prepare()
    {
        _isReady = true;
        _missing = RuntimeUnderTest.Missing ?? MissingPrograms() ?? (NeedsRoot && Kernel.Uid != 0 ? $"{Name} runs as root" : null);
        if (_missing is not null) return;
        try
        {
            Realm = new Realm(Name);
            SetUp();
            Result hello = RunOrSkip(Hello);
            if (hello.ExitCode != 0)
                throw new InvalidOperationException($"{RuntimeUnderTest.Name} does not run a first container: {hello.Error.Trim()}");
            _before = Leftovers.Find(this);
        }
        catch (SkippedException skipped)
        {
            _missing = skipped.Message;
        }
        catch (Exception error)
        {
            _broken = error;
        }
    }

    private string? MissingPrograms()
    {
        string[] packages =
            [.. Programs.Where(need => Cli.Tests.Support.Programs.Find(need.Program) is null).Select(need => need.Package).Distinct()];
        return packages.Length == 0 ? null : $"{Name} is not here: apt-get install {string.Join(' ', packages)}";
    }
}
