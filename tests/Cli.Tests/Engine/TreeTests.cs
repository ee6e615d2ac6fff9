using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>
/// Directory trees that containers made, in the hands of the engine: of any depth, with links and devices in them, and changed meanwhile.
/// </summary>
public sealed class TreeTests : IDisposable
{
    private const int Deep = 20_000;   // levels: more than a stack holds, and than there are descriptors
    private readonly EngineRoot _root = new(TemporaryDirectory.InMemory());
    private readonly TemporaryDirectory _files = new();

    public void Dispose()
    {
        _root.Dispose();
        _files.Dispose();
    }

    private string Data(string volume) => $"{_root.Path}/volumes/{volume}/_data";

    [Theory]
    [InlineData("volume", "rm", "data")]
    [InlineData("volume", "prune", "-af")]
    public void A_volume_of_any_depth_is_measured_and_removed(params string[] remove)
    {
        _root.Run("volume", "create", "data").Succeeds();
        Minirun.Other(Programs.Probe, "deepen", Data("data"), $"{Deep}").Succeeds();
        _root.Run("system", "df", "-v").Exits(0);
        _root.Run(remove).Exits(0);
        Assert.Equal("", _root.Run("volume", "ls", "-q").Exits(0).Out);
        Assert.Equal([".lock"], Directory.GetFileSystemEntries($"{_root.Path}/volumes").Select(Path.GetFileName));
    }

    [Fact]
    public void An_anonymous_volume_of_any_depth_goes_with_its_container()
    {
        _root.Detached(["--name", "web", "-v", "/data"], "sleep", "1000");
        string volume = _root.Run("volume", "ls", "-q").Exits(0).Lines[0];
        Minirun.Other(Programs.Probe, "deepen", Data(volume), $"{Deep}").Succeeds();
        _root.Run("rm", "-fv", "web").Exits(0);
        Assert.Equal("", _root.Run("volume", "ls", "-q").Exits(0).Out);
    }

    [Fact]
    public void A_root_file_system_of_any_depth_is_measured_and_compared()
    {
        using TemporaryDirectory rootfs = TemporaryDirectory.InMemory();
        Tree.Copy(Rootfs.Busybox + "/.", rootfs.Path);
        _root.Run("run", "-d", "--name", "web", rootfs.Path, "sleep", "1000").Exits(0);
        Minirun.Other(Programs.Probe, "deepen", Directory.CreateDirectory(rootfs["deep"]).FullName, $"{Deep}").Succeeds();
        _root.Run("ps", "-s").Exits(0);
        // What lies deeper than any path cannot be named.
        Assert.InRange(_root.Run("diff", "web").Exits(0).Lines.Count(line => line.StartsWith("A /d", StringComparison.Ordinal)), 2000,
            2100);
    }

    /// <summary>Directories without any right are their owner's all the same.</summary>
    [Fact]
    public void Modes_do_not_keep_a_volume_from_being_removed()
    {
        _root.Run("volume", "create", "data").Succeeds();
        Minirun.Other("sh", "-c",
            """cd "$0" && mkdir -p a/b/c d/e && touch a/b/c/f d/e/g && chmod 0 a/b/c && chmod 0555 a/b d/e && chmod 0 a""", Data("data"))
            .Succeeds();
        _root.Run("volume", "rm", "data").Exits(0);
        Assert.False(Directory.Exists($"{_root.Path}/volumes/data"));
    }

    /// <summary>Who owns the files of a volume swaps its directories for links to somebody else's, and back, while it is removed.</summary>
    [Theory]
    [InlineData("volume rm data")]
    [InlineData("volume prune -af")]
    [InlineData("rm -fv web")]
    public void Nothing_but_the_volume_is_removed_while_directories_become_links(string remove)
    {
        const int tries = 8, directories = 40;
        string victim = Directory.CreateDirectory(_files["victim"]).FullName;
        for (int i = 0; i < directories; i++) File.WriteAllText(Path.Combine(victim, $"precious-{i}"), "");
        for (int attempt = 0; attempt < tries; attempt++)
        {
            string volume = Prepare(remove);
            for (int i = 0; i < directories; i++)
                for (int j = 0; j < directories; j++)
                    File.WriteAllText(Path.Combine(Directory.CreateDirectory($"{Data(volume)}/d{i}").FullName, $"precious-{j}"), "");
            using var swapping = new Swapper($"{_root.Path}/volumes", victim, directories);
            _root.Run(remove.Split(' '));
            swapping.Dispose();
            Assert.Equal(directories, Directory.GetFiles(victim).Length);
            _root.Run(remove.Split(' '));
            foreach (string left in _root.Run("volume", "ls", "-q").Exits(0).Lines) _root.Run("volume", "rm", left);
        }
    }

    private string Prepare(string remove)
    {
        if (!remove.Contains("web", StringComparison.Ordinal)) return _root.Run("volume", "create", "data").Succeeds().Lines[0];
        _root.Detached(["--name", "web", "-v", "/data"], "true");
        _root.Run("wait", "web");
        return _root.Run("volume", "ls", "-q").Exits(0).Lines[0];
    }

    /// <summary>Swaps directories wherever the engine has moved the volume to.</summary>
    private sealed class Swapper : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _ends;

        public Swapper(string volumes, string victim, int directories)
        {
            _thread = new Thread(() =>
            {
                while (!_ends)
                    foreach (string volume in Directory.GetDirectories(volumes))
                        for (int i = 0; i < directories && !_ends; i++) Swap($"{volume}/_data/d{i}", $"{volume}/_data/x{i}", victim);
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _ends = true;
            _thread.Join();
        }

        private static void Swap(string directory, string aside, string victim)
        {
            try
            {
                Directory.Move(directory, aside);
                File.CreateSymbolicLink(directory, victim);
                File.Delete(directory);
                Directory.Move(aside, directory);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Removed, or not there yet.
            }
        }
    }
}
