using Minirun.Engine.Copying;
using Minirun.Engine.Events;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Xunit;

namespace Minirun.Engine.Tests.Containers;

/// <summary>What was opened is closed again, however it ends.</summary>
public sealed class DescriptorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("owners").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_copy_closes_a_file_whose_further_names_never_came()
    {
        string from = _directory + "/from", to = _directory + "/to";
        Directory.CreateDirectory(from);
        Directory.CreateDirectory(to);
        File.WriteAllText(from + "/one", "text");
        using Fd one = Fd.Open(from + "/one", fcntl.O_PATH), outside = Fd.Open(_directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY);
        Assert.Equal(0, NewEntry.MakeLink(one, outside, KernelText.EncodeName("outside")));
        using Fd source = Fd.Open(from, fcntl.O_PATH), target = Fd.Open(to, fcntl.O_RDONLY | fcntl.O_DIRECTORY);
        using (var copy = new TreeCopy(new CopyRules())) copy.Contents(source, target);
        Assert.Equal("text", File.ReadAllText(to + "/one"));
        Assert.Equal([to], Open(to));
    }

    [Fact]
    public void The_root_of_a_container_that_cannot_be_read_is_closed()
    {
        EngineContainer container = Container();
        Assert.ThrowsAny<Exception>(() => FileTree.Of(container));
        Assert.ThrowsAny<Exception>(() => TreeDiff.Of(container));
        Assert.Empty(Open(container.Config.Rootfs));
    }

    [Fact]
    public void A_journal_of_events_that_cannot_be_opened_leaves_no_watch_behind()
    {
        EnginePaths paths = EnginePaths.At(_directory + "/root", _directory + "/run");
        paths.Make();
        Directory.CreateDirectory(EngineEvents.Current(paths));
        int before = Watches();
        for (int i = 0; i < 20; i++) Assert.Throws<LinuxException>(() => new EventReader(paths, fromStart: false));
        // Other tests watch something at the same time, but not twenty things.
        Assert.InRange(Watches(), 0, before + 15);
    }

    private EngineContainer Container()
    {
        string rootfs = Directory.CreateDirectory(_directory + "/rootfs").FullName;
        string directory = Directory.CreateDirectory(_directory + "/container").FullName;
        var config = new ContainerConfig { Id = new string('a', 64), Name = "a", Rootfs = rootfs, Created = "2026-01-01T00:00:00Z" };
        return new EngineContainer(EnginePaths.At(_directory, _directory), directory, config);
    }

    /// <summary>What of a directory, and below it, this process has open.</summary>
    private static string[] Open(string directory) =>
        [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(ProcFile.ReadLink).OfType<string>()
            .Where(path => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal))];

    private static int Watches() =>
        Directory.GetFileSystemEntries("/proc/self/fd").Count(path => ProcFile.ReadLink(path) == "anon_inode:inotify");
}
