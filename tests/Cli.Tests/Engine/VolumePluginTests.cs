using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>What `volume-plugin glusterfs` says without a server; with one: tests/Engine.Tests/Volumes/Gluster.</summary>
public sealed class VolumePluginTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void It_has_to_know_its_servers()
    {
        _root.Run("volume-plugin", "glusterfs").Fails(125, "--servers is required");
        _root.Run("volume-plugin", "glusterfs", "--servers", "-x").Fails(125, "no host");
        Assert.Contains("--gfs-base DIR", _root.Run("volume-plugin", "glusterfs", "--help").Succeeds().Out, StringComparison.Ordinal);
    }

    [Requires(Need.Root)]
    public void Its_socket_goes_with_it()
    {
        using var files = new TemporaryDirectory();
        // What it would mount with has only to be there.
        Minirun.Other("ln", "-s", "/bin/true", files["glusterfs"]).Succeeds();
        _root.Environment["PATH"] = $"{files.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using RunningProgram plugin =
            _root.Start("volume-plugin", "glusterfs", "--servers", "a", "--root", files["root"], "--socket", files["sockets/g.sock"]);
        Assert.True(Deadline.Wait(() => File.Exists(files["sockets/g.sock"])));
        Assert.Equal("600 755\n", Minirun.Other("sh", "-c", "echo $(stat -c %a $0/g.sock $0)", files["sockets"]).Out);
        Minirun.Other("kill", "-TERM", $"{plugin.Pid}").Succeeds();
        plugin.Result();
        Assert.False(File.Exists(files["sockets/g.sock"]));
    }

    /// <summary>Its socket is there, and nobody listens any more.</summary>
    [Fact]
    public void A_volume_of_a_plugin_that_is_dead_is_removed_by_force()
    {
        using var files = new TemporaryDirectory();
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            string near = Path.Combine(Path.GetTempPath(), $"s{Guid.NewGuid():n}"[..20]);
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(near));
            Minirun.Other("mv", near, files["dead.sock"]).Succeeds();
        }
        _root.Environment["MINIRUN_PLUGIN_PATH"] = files.Path;
        _root.Environment["MINIRUN_PLUGIN_TIMEOUT"] = "1";
        _root.Run("volume", "create", "data").Succeeds();
        string record = $"{_root.Path}/volumes/data/volume.json";
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"local\"", "\"dead\"", StringComparison.Ordinal));
        _root.Run("volume", "rm", "data").Fails(125, "dead");
        _root.Run("volume", "rm", "-f", "data").Exits(0);
        Assert.False(Directory.Exists($"{_root.Path}/volumes/data"));
    }

    [Requires(Need.User)]
    public void Only_root_may_mount() => _root.Run("volume-plugin", "glusterfs", "--servers", "a").Fails(125, "only root may mount");
}
