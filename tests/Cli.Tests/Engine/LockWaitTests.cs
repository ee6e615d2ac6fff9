using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A lock that another does not give back: every verb that needs it says who has it, after half a minute.</summary>
public sealed class LockWaitTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    /// <summary>All at once, as each waits for half a minute.</summary>
    [Requires(Need.UserNamespaces)]
    public void Nobody_waits_for_ever()
    {
        _root.Run("volume", "create", "first").Exits(0);
        _root.Run("network", "create", "first");   // an ordinary user may not: it makes the directory of the lock all the same
        string document = _root.Run("run", "--print-spec", "--net", "host", Rootfs.Busybox, "true").Exits(0).Out;
        File.WriteAllText(_directory["config.json"], document);
        Start patient = _root.How with { Deadline = TimeSpan.FromMinutes(3) };
        string[] oci = ["--root", _directory["oci"]];
        void Create(string id) => Support.Minirun.Other(Start.Plain with { Before = "exec </dev/null >/dev/null 2>&1" },
            OciBundle.Program, [.. oci, "create", "--bundle", _directory.Path, id]).Exits(0);
        Create("one");
        Create("two");
        string[] locks = [$"{_root.Path}/volumes/.lock", $"{_directory["oci"]}/one", $"{_directory["oci"]}/two"];
        List<RunningProgram> all = [.. locks.Select(path => new RunningProgram(Start.Plain, "flock", ["-x", path, "sleep", "1000"]))];
        try
        {
            foreach (string path in locks)
                Assert.True(Deadline.Wait(() => Support.Minirun.Other("flock", "-n", path, "true").ExitCode != 0));
            var waiting = new List<(RunningProgram Running, int Code, string What)>
            {
                (Support.Minirun.Start(patient, "volume", "create", "second"), 125, "the list of volumes"),
                (Support.Minirun.Start(patient, "run", "--rm", "-v", "third:/d", Rootfs.Busybox, "true"), 125, "the list of volumes"),
                (new RunningProgram(patient, OciBundle.Program, [.. oci, "start", "one"]), 1, "container one"),
                (new RunningProgram(patient, OciBundle.Program, [.. oci, "delete", "two"]), 1, "container two"),
            };
            all.AddRange(waiting.Select(each => each.Running));
            foreach (var (running, code, what) in waiting)
            {
                Result result = running.Result();
                Assert.Equal((what, code), (what, result.ExitCode));
                Assert.Matches(what + @" is being changed by another command, which does not end: process \d+ \(flock\), for \d+ s",
                    result.Error);
            }
        }
        finally
        {
            all.ForEach(each => each.Dispose());
            foreach (string id in (string[])["one", "two"])
                Support.Minirun.Other(OciBundle.Program, [.. oci, "delete", "--force", id]);
        }
    }
}
