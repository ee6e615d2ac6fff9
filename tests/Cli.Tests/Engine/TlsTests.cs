using Minirun.Cli.Tests.Support;
using Minirun.Engine.Tests.Tls;
using Minirun.Engine.Tests.Volumes;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>What goes through minirun-tls, from the command line.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Lines_of_a_container_go_to_a_syslog_server_with_tls_and_no_process_stays()
    {
        using var peer = new TlsPeer(_authority);
        string[] options = ["--log-driver", "syslog", "--log-opt", $"syslog-address=tcp+tls://127.0.0.1:{peer.Port}", "--log-opt",
            "syslog-tls-ca-cert=" + _authority.CaCert, "--log-opt", "tag=web"];
        _root.Detached(["--name", "web", .. options], "sh", "-c", "echo hello; echo oops >&2; printf partial");
        _root.Run("wait", "web").Exits(0);
        Assert.True(Deadline.Wait(() => peer.Received.Contains("partial", StringComparison.Ordinal)));
        Assert.Matches("^<30>[^\n]* web\\[[0-9]+\\]: hello\n", peer.Received);
        Assert.Contains("]: oops\n", peer.Received, StringComparison.Ordinal);
        Assert.True(Deadline.Wait(() => !Programs.Running("minirun-tls", _authority.CaCert)));
    }

    [Fact]
    public void A_server_with_another_authority_fails_the_start_and_is_told()
    {
        using var other = new TestAuthority();
        using var peer = new TlsPeer(other);
        Result run = _root.Run(
            ["run", "--name", "web", "--log-driver", "syslog", "--log-opt", $"syslog-address=tcp+tls://127.0.0.1:{peer.Port}", "--log-opt",
                "syslog-tls-ca-cert=" + _authority.CaCert, Rootfs.Busybox, "true"]);
        Assert.Contains(
            $"syslog: tcp+tls://127.0.0.1:{peer.Port}: its certificate cannot be trusted: no authority that is known here has signed it",
            run.Exits(125).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_sibling_it_is_said_what_is_missing()
    {
        using var alone = new TemporaryDirectory();
        File.Copy(Programs.Minirun, alone["minirun"]);
        Result run = Support.Minirun.Other(_root.How, alone["minirun"], "create", "--log-driver", "syslog", "--log-opt",
            "syslog-address=tcp+tls://127.0.0.1", Rootfs.Busybox, "true");
        run.Fails(125, $"TLS needs the program minirun-tls, and there is no {alone["minirun-tls"]}", "./build.sh install");
    }

    [Fact]
    public void A_volume_plugin_may_be_behind_tls()
    {
        using TemporaryDirectory plugins = new(), data = new();
        using var plugin = new StubPlugin(0, data.Path, _authority.Server);
        plugins.Write("far.json",
            $$$"""{"Name":"far","Addr":"https://127.0.0.1:{{{plugin.Port}}}","TLSConfig":{"CAFile":"{{{_authority.CaCert}}}"}}""");
        _root.Environment["MINIRUN_PLUGIN_PATH"] = plugins.Path;
        _root.Run(["run", "--rm", "-v", "vol1:/data", "--volume-driver", "far", Rootfs.Busybox, "touch", "/data/helo"]).Exits(0);
        Assert.True(File.Exists(data["vol1/helo"]));
    }
}
