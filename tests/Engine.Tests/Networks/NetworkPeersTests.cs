using System.Runtime.InteropServices;
using Minirun.Engine.Networks;
using Minirun.Linux;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

/// <summary>Containers of one network, of which one does to its own /etc/hosts what it can.</summary>
public sealed partial class NetworkPeersTests : IDisposable
{
    private const int SIGURG = 23, F_SETSIG = 10, F_SETLEASE = 1024, F_RDLCK = 0, F_WRLCK = 1;   // a signal that nobody minds
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-peers-").FullName;
    private readonly EnginePaths _paths;
    private readonly NetworkPeers _peers;

    public NetworkPeersTests()
    {
        _paths = EnginePaths.At(_directory, _directory + "/run");
        foreach (string id in (string[])["first", "second", "third"])
        {
            Directory.CreateDirectory($"{_paths.Containers}/{id}");
            HostsFile.Write(Hosts(id), ["127.0.0.1\tlocalhost"]);
        }
        Directory.CreateDirectory(_paths.Run);
        _peers = new NetworkPeers(_paths, "blue");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Each_knows_the_others_when_one_comes_or_goes()
    {
        Join("first", "second", "third");
        Assert.Equal(["10.0.0.2\tsecond", "10.0.0.3\tthird"], Known("first"));
        _peers.Leave("second");
        Assert.Equal(["10.0.0.3\tthird"], Known("first"));
        Assert.Equal(["10.0.0.1\tfirst"], Known("third"));
    }

    [Theory]
    [InlineData(F_RDLCK)]
    [InlineData(F_WRLCK)]
    public void One_that_holds_its_file_by_a_lease_keeps_nobody_from_coming_or_going(int kind)
    {
        Join("first");
        int fd = fcntl.open(Hosts("first"), fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        Assert.Equal(0, Control(fd, F_SETSIG, SIGURG));
        Assert.Equal(0, Control(fd, F_SETLEASE, kind));
        long before = Environment.TickCount64;
        Join("second", "third");
        _peers.Leave("third");
        Assert.InRange(Environment.TickCount64 - before, 0, 10_000);   // who waits, waits for 45 s
        unistd.close(fd);
        Assert.Equal(["10.0.0.1\tfirst"], Known("second"));
        Assert.Empty(Known("first"));
        // The next that comes or goes tells it what it missed.
        Join("third");
        Assert.Equal(["10.0.0.2\tsecond", "10.0.0.3\tthird"], Known("first"));
    }

    [Fact]
    public void Nor_one_whose_file_is_something_else_by_now()
    {
        Join("first");
        File.Delete(Hosts("first"));
        File.CreateSymbolicLink(Hosts("first"), _directory + "/elsewhere");
        Join("second", "third");
        Assert.Equal(["10.0.0.1\tfirst", "10.0.0.3\tthird"], Known("second"));
        Assert.False(File.Exists(_directory + "/elsewhere"));
    }

    private void Join(params string[] ids)
    {
        foreach (string id in ids) _peers.Join(new(id, "10.0.0." + (id == "first" ? 1 : id == "second" ? 2 : 3), [id]));
    }

    private string Hosts(string id) => $"{_paths.Containers}/{id}/hosts";

    private string[] Known(string id) => [.. File.ReadAllLines(Hosts(id)).Where(line => line.StartsWith("10."))];

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int fd, int command, nint argument);
}
