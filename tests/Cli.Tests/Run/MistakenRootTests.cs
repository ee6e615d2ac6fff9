using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>
/// A directory that was mistaken for a root file system: nothing is made in it before it is known that it may have the command.
/// </summary>
public sealed class MistakenRootTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("run")]
    [InlineData("run --read-only -w /new/place")]
    [InlineData("run --init -t")]
    [InlineData("run --tmpfs /tmp -v /tmp:/data")]
    [InlineData("run -d --rm")]
    [InlineData("run --label a=b")]
    [InlineData("run --explain")]
    public void It_stays_as_it_is(string run)
    {
        Directory.CreateDirectory(_directory["bin/rootfs"]);
        string[] words = run.Split(' ');
        foreach (string command in (string[])["ls", "/bin/ls", "./ls", "bin/rootfs/ls"])
        {
            bool goesElsewhere = run.Contains("-w") && command[0] is '.' or 'b';
            Result result = _root.Run([.. words, _directory.Path, command]);
            if (goesElsewhere) continue;
            Assert.Matches($"is {Regex.Escape(_directory.Path)} (not )?the right root file system[?]", result.Exits(127).Error);
            Assert.Equal(["bin", "bin/rootfs"], Entries());
        }
    }

    [Requires(Need.UserNamespaces)]
    public void A_container_that_is_made_of_it_leaves_it_alone_too()
    {
        _root.Run("create", "--name", "made", _directory.Path, "ls").Exits(0);
        _root.Run("start", "made").Fails(127, "executable file not found in $PATH", _directory.Path);
        Assert.Empty(Entries());
    }

    /// <summary>One program, and no directory that others have.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("/hello")]
    [InlineData("hello/../hello")]
    [InlineData("./hello")]
    public void A_root_with_a_program_alone_is_one(string command)
    {
        File.Copy(Programs.Probe, _directory["hello"]);
        _root.Run("run", _directory.Path, "/hello", "exit", "3").Exits(3);
        Assert.Contains("proc", Entries());
        if (command != "hello/../hello") _root.Run("run", _directory.Path, command, "exit", "4").Exits(4);
    }

    /// <summary>What is mounted may bring the program, by whatever name it is found.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("/bin", "sh")]
    [InlineData("/tools", "/tools/sh")]
    [InlineData("/tools", "tools/sh")]
    [InlineData("/tools", "./tools/sh")]
    [InlineData("/tools", "/link/sh")]
    [InlineData("/tools", "/../tools/sh")]
    public void A_volume_may_bring_the_program(string place, string command)
    {
        Directory.CreateSymbolicLink(_directory["link"], "tools");
        string bin = Path.Combine(Rootfs.Busybox, "bin");
        string[] words = ["-v", $"{bin}:{place}", _directory.Path, command, "-c", "echo ok"];
        Assert.Equal("ok\n", _root.Run(["run", .. words]).Succeeds().Out);
        Assert.Equal("ok\n", _root.Run(["run", "--label", "a=b", .. words]).Exits(0).Out);
    }

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    private string[] Entries() =>
        [.. Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_directory.Path, path)).Order(StringComparer.Ordinal)];
}
