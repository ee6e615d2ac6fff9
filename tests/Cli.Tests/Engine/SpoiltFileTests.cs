using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>Something else in the place of a file of ours holds no command up, and none falls over it.</summary>
public sealed class SpoiltFileTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (string file in (string[])["containers/ID/state.json", "containers/ID/container.json", "containers/ID/config.json",
            "containers/ID/mounted.json", "containers/ID/monitor.lock", "volumes/data/volume.json",
            "containers/ID/ID-json.log", "events/journal", "run/oci/ID/state.json"])
            foreach (string kind in (string[])["fifo", "device", "directory", "link", "endless", "socket", "huge"])
                // What is read a line at a time may be as large as it likes.
                if (kind != "huge"
                    || !(file.EndsWith("log", StringComparison.Ordinal) || file.EndsWith("journal", StringComparison.Ordinal)))
                    cases.Add(file, kind);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_hangs_or_falls_over_it(string file, string kind)
    {
        string id = _root.Run("create", "--name", "web", "-v", "data:/data", Rootfs.Busybox, "true").Exits(0).Lines[0];
        string path = $"{_root.Path}/{file.Replace("ID", id, StringComparison.Ordinal)}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        if (!Make(path, kind)) return;
        var how = _root.How with { Deadline = TimeSpan.FromSeconds(20) };
        foreach (string[] words in (string[][])[["ps", "-a"], ["inspect", "web"], ["inspect", id], ["logs", "web"], ["why", "web"],
            ["volume", "ls"], ["volume", "inspect", "data"], ["events", "--since", "1h", "--until", "1s"], ["system", "df"],
            ["start", "web"], ["stop", "-t", "0", "web"]])
        {
            Result result = Minirun.Run(how, words);
            Assert.True(result.ExitCode is >= 0 and < 128, $"{string.Join(' ', words)}: {result}");
            Assert.DoesNotContain("Unhandled", result.Error, StringComparison.Ordinal);
        }
        Minirun.Run(how, "rm", "-f", id);
        Minirun.Other("rm", "-rf", path).Succeeds();
    }

    /// <summary>False where this cannot be made: devices are root's.</summary>
    private static bool Make(string path, string kind)
    {
        switch (kind)
        {
            case "fifo":
                return Minirun.Other("mkfifo", path).ExitCode == 0;
            case "device":
                return Kernel.Uid == 0 && Minirun.Other("mknod", path, "c", "1", "5").ExitCode == 0;
            case "directory":
                return Directory.CreateDirectory(path).Exists;
            case "link":
                return File.CreateSymbolicLink(path, "/etc/passwd").Exists;
            case "endless":
                return File.CreateSymbolicLink(path, "/dev/zero").Exists;
            case "socket":
                using (var socket =
                    new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
                {
                    string near = Path.Combine(Path.GetTempPath(), $"s{Guid.NewGuid():n}"[..20]);
                    socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(near));
                    return Minirun.Other("mv", near, path).ExitCode == 0;
                }
            default:
                using (FileStream file = File.Create(path)) file.SetLength(1L << 40);
                return true;
        }
    }
}
