using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A user has a number of inotify instances and watches for all of its programs: where they are used up, logs come all the same, and events
/// say why they do not.
/// </summary>
public sealed class ScarceInotifyTests
{
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("instances")]
    [InlineData("watches")]
    public void Logs_are_followed_without_inotify_and_events_name_the_limit(string what)
    {
        using var root = new EngineRoot();
        using var shared = new TemporaryDirectory();
        string id =
            root.Detached(["-v", shared.Path + ":/mnt"], "sh", "-c", "echo one; while test ! -e /mnt/go; do sleep 0.1; done; echo two");
        string[] without =
            ["--user", "--map-root-user", "sh", "-c", $"echo 0 >/proc/sys/user/max_inotify_{what}; exec \"$0\" \"$@\"", Programs.Minirun];
        using var logs =
            new RunningProgram(root.How with { Deadline = TimeSpan.FromSeconds(60) }, "unshare", [.. without, "logs", "-f", id]);
        logs.AwaitOut("one");
        shared.Write("go", "");
        Assert.Equal("one\ntwo\n", logs.Result().Exits(0).Out);
        Support.Minirun.Other(root.How, "unshare", [.. without, "events"]).Fails(125, "inotify", $"fs.inotify.max_user_{what}");
        root.Run("rm", "-f", id).Exits(0);
    }
}
