using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// Whoever can open a file can lock it (flock(2)) for as long as he likes: nothing that minirun locks can be opened by another user.
/// </summary>
public sealed partial class LockPlaceTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Requires(Need.Root | Need.Strace)]
    public void Nothing_that_is_locked_can_be_opened_by_others()
    {
        using var directory = new TemporaryDirectory();
        const string script = """
            m=$1 root=$2
            exec </dev/null >/dev/null
            trap '$m rm -f web new' EXIT
            $m run -d --name web $root sleep 1000
            $m run --name one $root true
            $m run --rm -l a=b $root true
            $m exec web true
            $m rename web new
            $m update --restart no new
            $m restart -t 0 new
            $m create --name idle $root true
            $m rm idle
            $m volume create vol
            $m run --rm -v vol:/v $root true
            $m volume rm vol
            $m rm -f new
            $m system prune -f
            """;
        string trace = directory["trace"];
        Support.Minirun.Other(_root.How with { Deadline = TimeSpan.FromMinutes(2) }, "strace",
            ["-f", "-qq", "-y", "-s", "0", "-e", "trace=flock", "-o", trace, "sh", "-ec", script, "sh", Programs.Minirun, Rootfs.Busybox])
            .Exits(0);
        string[] locked = [.. File.ReadLines(trace).Select(line => Flock().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value.Replace(" (deleted)", "")).Distinct()];
        Assert.True(locked.Length > 3, string.Join('\n', locked));
        Assert.DoesNotContain(locked, IsOpenToOthers);
    }

    /// <summary>.NET would lock each file that it reads, and fail where another has locked it.</summary>
    [Requires(Need.UserNamespaces)]
    public void A_file_that_another_has_locked_is_read_all_the_same()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("env", "A=b\n");
        using var holder = new RunningProgram(Start.Plain, "flock", ["-x", file, "sleep", "1000"]);
        Assert.True(Deadline.Wait(() => Support.Minirun.Other("flock", "-n", file, "true").ExitCode != 0));
        Assert.Equal("b\n", _root.Run("run", "--env-file", file, Rootfs.Busybox, "sh", "-c", "echo $A").Exits(0).Out);
    }

    private static bool IsOpenToOthers(string path)
    {
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (!Path.Exists(at)) continue;   // removed since, with its container
            UnixFileMode wanted = at == path ? UnixFileMode.OtherRead : UnixFileMode.OtherExecute;
            if ((File.GetUnixFileMode(at) & wanted) == 0) return false;
        }
        return true;
    }

    [GeneratedRegex(@"flock\(\d+<([^>]+)>")] private static partial Regex Flock();
}
