using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class DiffTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryRootfs _rootfs = new();

    public void Dispose()
    {
        _root.Dispose();
        _rootfs.Dispose();
    }

    private string[] Diff() => _root.Run("diff", "web").Succeeds().Lines;

    [Fact]
    public void What_was_made_and_changed_since_the_container_is_told()
    {
        _rootfs.Write("/opt/kept/old", "old");
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "sh", "-c",
            "mkdir /opt/new; echo x >/opt/new/file; echo more >>/opt/kept/old; touch -d '2001-01-01' /opt/kept/old")
            .Exits(0);
        _root.Run("wait", "web").Exits(0);
        string[] diff = [.. Diff().Where(line => line.Contains("/opt"))];
        // Who sets a file's time back does not hide that.
        Assert.Equal(["C /opt", "C /opt/kept/old", "A /opt/new", "A /opt/new/file"], diff);
    }

    [Fact]
    public void A_container_that_did_nothing_changed_nothing()
    {
        _root.Run("run", "-d", "--name", "web", "--net", "host", _rootfs.Path, "true").Exits(0);
        _root.Run("wait", "web").Exits(0);
        Assert.Empty(_root.Run("diff", "web").Succeeds().Out);
    }

    [Fact]
    public void Of_an_ephemeral_one_what_it_removed_is_known_too()
    {
        _rootfs.Write("/opt/kept/old", "old");
        _rootfs.Write("/opt/gone", "gone");
        _rootfs.Write("/opt/untouched", "same");
        _root.Run("run", "-d", "--ephemeral", "-i", "--name", "web", "-v", "/opt/volume", _rootfs.Path, "sh", "-c",
            "mkdir /opt/new; echo x >/opt/new/file; echo more >>/opt/kept/old; rm /opt/gone; echo v >/opt/volume/file; echo ready; read "
                + "line")
            .Exits(0);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("ready")));
        string[] diff = [.. Diff().Where(line => line.Contains("/opt"))];
        Assert.Equal(["C /opt", "C /opt/kept", "C /opt/kept/old", "A /opt/new", "A /opt/new/file", "D /opt/gone"], diff);
        Assert.True(File.Exists(_rootfs.Inside("/opt/gone")));
        _root.Run("kill", "web").Succeeds();
        Assert.Contains("web is ephemeral and does not run", _root.Run("diff", "web").Exits(125).Error);
    }

    [Fact]
    public void A_name_does_nothing_to_the_terminal()
    {
        _rootfs.Write("/opt/old", "old");
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "sh", "-c", "touch \"/opt/$(printf 'a\\033[31mb')\"").Exits(0);
        _root.Run("wait", "web").Exits(0);
        using var terminal = new Pty(_root.How, [Programs.Minirun, "diff", "web"]);
        terminal.Await("/opt/a^[[31mb");
        Assert.Equal(0, terminal.ExitCode());
    }

    [Fact]
    public void A_link_that_leads_out_is_not_followed()
    {
        _rootfs.Write("/opt/old", "old");
        _root.Run("run", "-d", "--name", "web", _rootfs.Path, "ln", "-s", "/etc", "/opt/out").Exits(0);
        _root.Run("wait", "web").Exits(0);
        Assert.Equal(["A /opt/out"], Diff().Where(line => line.Contains("/opt/")));
    }
}
