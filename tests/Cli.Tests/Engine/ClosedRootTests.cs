using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>Another's directory of containers, which may not be looked into: that is said, since it is not an empty one.</summary>
public sealed class ClosedRootTests
{
    /// <summary>Every verb that reads containers, volumes or networks.</summary>
    private static readonly string[] s_verbs =
    [
        "ps", "ps -a", "ps -q", "container ls", "container list", "volume ls", "volume list", "network ls", "stats --no-stream",
        "system df", "system df -v", "events --stream=false", "system events --stream=false", "info", "system info", "container prune -f",
        "volume prune -f", "network prune -f", "system prune -f", "volume create data", .. MissingTests.Verbs,
    ];

    [Requires(Need.User)]
    public void Every_verb_says_that_it_may_not_be_read()
    {
        Assert.All(Failures("/root/minirun"), failure => Assert.Fail(failure));
    }

    [Requires(Need.Root)]
    public void Every_verb_says_that_it_may_not_be_read_when_root_gives_up_its_rights()
    {
        using var root = new EngineRoot();
        root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        File.SetUnixFileMode(root.Path, (UnixFileMode)0b111_001_001);
        Assert.All(Failures(root.Path, "setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"), failure => Assert.Fail(failure));
    }

    private static List<string> Failures(string path, params string[] before)
    {
        var how = new Start { Environment = new() { ["MINIRUN_ROOT"] = path } };
        List<string> failures = [];
        foreach (string words in s_verbs)
        {
            string[] command = [.. before, Programs.Minirun, .. words.Split(' ')];
            Result result = Minirun.Other(how, command[0], command[1..]);
            bool isSaid = result.Error.Contains("cannot look into " + path) && result.Error.Contains("\nhint: MINIRUN_ROOT names it");
            if (result.ExitCode != 125 || !isSaid || result.Out.Trim() is not ("" or "[]")) failures.Add(result.ToString());
        }
        return failures;
    }
}
