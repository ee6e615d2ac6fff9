using System.Runtime.InteropServices;
using Minirun.Engine.Networks;
using Minirun.Linux;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

/// <summary>A container may hold a lease on its own /etc/hosts, for which a writer would wait 45 s.</summary>
public sealed partial class HostsFileTests : IDisposable
{
    private const int SIGURG = 23, F_SETSIG = 10, F_SETLEASE = 1024, F_RDLCK = 0;   // a signal that nobody minds
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-hosts-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_under_a_lease_is_an_error_that_says_so_at_once()
    {
        string path = _directory + "/hosts";
        HostsFile.Write(path, ["127.0.0.1\tlocalhost"]);
        int fd = fcntl.open(path, fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        Assert.Equal(0, Control(fd, F_SETSIG, SIGURG));
        Assert.Equal(0, Control(fd, F_SETLEASE, F_RDLCK));
        long before = Environment.TickCount64;
        LinuxException error = Assert.Throws<LinuxException>(() => HostsFile.WritePeers(path, ["10.0.0.2\tpeer"]));
        unistd.close(fd);
        Assert.Contains("lease", error.Message);
        Assert.InRange(Environment.TickCount64 - before, 0, 10_000);
        HostsFile.WritePeers(path, ["10.0.0.2\tpeer"]);
        Assert.EndsWith("10.0.0.2\tpeer\n", File.ReadAllText(path));
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int fd, int command, nint argument);
}
