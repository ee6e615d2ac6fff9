using Minirun.Cli.Tests.Docs;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>
/// No flag takes the user namespace away that --userns asked for. The flags are those of the isolation matrix, which knows all of the flag
/// table: a new one is tried here by itself.
/// </summary>
public sealed class UserNamespaceFlagTests : IDisposable
{
    private const string Asked = "0:100000:65536", Map = "         0     100000      65536\n";

    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string> Flags
    {
        get
        {
            var flags = new TheoryData<string>();
            foreach (string line in File.ReadLines(Checkout.At("tests/Hostile/matrix/flags")))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                // A container that goes to the background prints another thing; `plan` leaves a part of it out; `skip` cannot be run.
                bool runs = words is [['-', '-', ..], ..] && !words.Any(word => word is "plan" or "skip" or "--detach");
                if (runs && IsTried(words[0]) && words.All(IsHere)) flags.Add(words[0]);
            }
            return flags;
        }
    }

    [TheoryRequires(Need.Root)]
    [MemberData(nameof(Flags))]
    public void No_flag_takes_away_the_ids_that_were_asked_for(string flag)
    {
        Directory.CreateDirectory(_directory["volume"]);
        _directory.Write("file", "");
        string volume = _directory["volume"];
        string value = flag.Replace("@volume", volume).Replace("@ro", volume).Replace("@file", _directory["file"]);
        if (value.Contains("@other"))
        {
            _root.Detached(["--name", "other", "--net", "none", "-v", "named:/given"], "sleep", "1000");
            value = value.Replace("@other", "other");
        }
        using var rootfs = new TemporaryRootfs();
        // Its root makes the places of mounts.
        Support.Minirun.Other("chown", "-R", "100000:100000", rootfs.Path).Succeeds();
        Result result = _root.Run("run", "--rm", "--userns", Asked, value, rootfs.Path, "/probe", "read", "/proc/self/uid_map");
        Assert.Equal(Map, result.Exits(0).Out.Replace("\r", ""));
    }

    /// <summary>
    /// Not those that choose the namespaces themselves, those whose values only the matrix makes, and what makes a bridge on the host.
    /// </summary>
    private static bool IsTried(string flag) => flag is not ("--net=bridge" or "--sdnotify=healthy")
        && flag.Split('=')[0] is not ("--userns" or "--ns"
            or "--file" or "--runtime" or "--publish" or "--cgroup-parent" or "--preserve-fds");

    private static bool IsHere(string word)
    {
        if (!word.StartsWith("needs:", StringComparison.Ordinal)) return true;
        string what = word["needs:".Length..];
        return what.StartsWith('/') ? File.Exists(what) : Programs.Find(what) is not null;
    }
}
