using System.Net.Sockets;
using System.Text;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>Readiness (sd_notify(3)), with a socket of ours in the place of systemd's. Units of systemd: tests/vm/81-generate.sh.</summary>
public sealed class SdNotifyTests : IDisposable
{
    private const string Pid = "{{.State.ConmonPid}}";
    private static readonly string[] s_named = ["--name", "web"];
    private readonly EngineRoot _root = new();
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
    private readonly TemporaryDirectory _here = new();

    public SdNotifyTests() => Bind(_here["notify"], _here["notify"]);

    public void Dispose()
    {
        _root.Dispose();
        _manager.Dispose();
        _here.Dispose();
    }

    private void Bind(string address, string variable)
    {
        _manager.Bind(new UnixDomainSocketEndPoint(address));
        _root.Environment["NOTIFY_SOCKET"] = variable;
    }

    private string[] Heard()
    {
        byte[] message = new byte[8192];
        return Encoding.UTF8.GetString(message, 0, _manager.Receive(message)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private bool IsSilent => _manager.Available == 0;

    private string MainPid => "MAINPID=" + _root.Run("inspect", "-f", Pid, "web").Succeeds().Lines[0];

    [Fact]
    public void A_container_says_that_it_is_ready_and_the_monitor_is_the_main_process()
    {
        _root.Detached(s_named, "sh", "-c", "/probe notify READY=1 STATUS=serving; exec sleep 1000");
        Assert.Equal([MainPid], Heard());
        Assert.Equal(["READY=1", "STATUS=serving"], Heard());
    }

    [Fact]
    public void The_managers_socket_may_be_an_abstract_one()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        string name = "minirun-test-" + Guid.NewGuid().ToString("N");
        manager.Bind(new UnixDomainSocketEndPoint("\0" + name));
        _root.Environment["NOTIFY_SOCKET"] = "@" + name;
        _root.Detached([.. s_named, "--net", "none"], "/probe", "notify", "READY=1");
        byte[] message = new byte[64];
        Assert.StartsWith("MAINPID=", Encoding.UTF8.GetString(message, 0, manager.Receive(message)));
        Assert.Equal("READY=1\n", Encoding.UTF8.GetString(message, 0, manager.Receive(message)));
    }

    [Fact]
    public void What_else_it_says_to_the_manager_is_not_passed_on()
    {
        _root.Detached(s_named, "/probe", "notify", "MAINPID=1", "FDSTORE=1", "FDNAME=x", "BARRIER=1", "BUSERROR=x", "WATCHDOG_USEC=1",
            "WATCHDOG=trigger", "NOTIFYACCESS=all", "READY=2", "ERRNO=2", "STATUS=\u001b[31mred", "WATCHDOG=1");
        Assert.StartsWith("MAINPID=", Heard()[0]);
        Assert.Equal(["ERRNO=2", "STATUS=?[31mred", "WATCHDOG=1"], Heard());
        _root.Run("wait", "web").Succeeds();
        Assert.True(IsSilent);
    }

    [Fact]
    public void With_conmon_it_is_ready_when_it_runs_and_hears_nothing_of_the_manager()
    {
        _root.Detached(["--name", "web", "--sdnotify", "conmon"], "sh", "-c", "echo \"[$NOTIFY_SOCKET]\"; exec sleep 1000");
        Assert.Equal([MainPid, "READY=1"], Heard());
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "[]\n"));
    }

    [Fact]
    public void With_healthy_it_is_ready_when_its_check_has_found_it_well()
    {
        _root.Detached(
            ["--name", "web", "--sdnotify", "healthy", "--health-cmd", "test -e /tmp/well", "--health-interval", "50ms", "--health-retries",
                "100000", "--tmpfs", "/tmp"],
            "sleep", "1000");
        Assert.Equal([MainPid], Heard());
        Assert.True(Deadline.Wait(() => int.Parse(_root.Inspect("web", ".State.Health.FailingStreak")) > 0));
        Assert.True(IsSilent);
        _root.Run("exec", "web", "touch", "/tmp/well").Succeeds();
        Assert.Equal(["READY=1"], Heard());
    }

    [Fact]
    public void With_ignore_nobody_hears_of_anything()
    {
        _root.Detached(["--name", "web", "--sdnotify", "ignore"], "sh", "-c", "echo \"[$NOTIFY_SOCKET]\"");
        _root.Run("wait", "web").Succeeds();
        Assert.Equal("[]\n", _root.Run("logs", "web").Out);
        Assert.True(IsSilent);
    }

    [Fact]
    public void Each_start_has_the_manager_that_it_was_started_by()
    {
        _root.Run(
            ["create", .. s_named, "-e", "NOTIFY_SOCKET=/mine", Rootfs.Busybox, "sh", "-c",
                "echo \"[$NOTIFY_SOCKET]\"; [ $NOTIFY_SOCKET = /mine ] || /probe notify READY=1"])
            .Exits(0);
        void Start(params string[] words)
        {
            _root.Run(["start", .. words, "web"]).Succeeds();
            _root.Run("wait", "web").Succeeds();
        }
        Start();
        Assert.StartsWith("MAINPID=", Heard()[0]);
        Assert.Equal(["READY=1"], Heard());
        Start("--sdnotify=conmon");
        Assert.Contains("READY=1", Heard());
        _root.Environment["NOTIFY_SOCKET"] = null;
        Start();
        Assert.Equal("[/dev/notify]\n[/mine]\n[/mine]\n", _root.Run("logs", "web").Out);
        Assert.True(IsSilent);
    }

    [Fact]
    public void Who_stays_attached_is_the_main_process()
    {
        _root.Run(["create", .. s_named, Rootfs.Busybox, "sh", "-c", "[ -z \"$NOTIFY_SOCKET\" ] || /probe notify READY=1"]).Exits(0);
        _root.Run("start", "-a", "web").Succeeds();
        Assert.Equal(["READY=1"], Heard());
        _root.Run("start", "-a", "--sdnotify", "conmon", "web").Succeeds();
        Assert.Equal(["READY=1"], Heard());
        Assert.True(IsSilent);
    }

    [Fact]
    public void One_that_says_too_much_is_heard_less_and_stopped_all_the_same()
    {
        _root.Detached(s_named, "sh", "-c", "trap 'exit 3' TERM; while :; do /probe notify STATUS=x; done");
        Heard();
        long began = Environment.TickCount64;
        for (int i = 0; i < 61; i++) Heard();
        Assert.InRange(Environment.TickCount64 - began, 1900, long.MaxValue);
        // A manager that takes nothing more would let the container wait, as without minirun between them; one that is gone does not.
        _manager.Dispose();
        _root.Run("stop", "--time", "60", "web").Succeeds();
        Assert.Equal("3", _root.Inspect("web", ".State.ExitCode"));
    }

    /// <summary>The last who has such a connection waits for an hour when it closes it: that is not the monitor.</summary>
    [Fact]
    public void One_that_sends_what_takes_long_to_close_is_stopped_all_the_same()
    {
        _root.Detached([.. s_named, "--net", "none"], "/probe", "linger");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "sent\n"));
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("exited", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void What_can_never_be_is_said()
    {
        _root.Run("create", "--sdnotify", "healthy", Rootfs.Busybox, "true").Fails(125, "--sdnotify healthy", "--health-cmd");
        _root.Run("create", "--sdnotify", "sometimes", Rootfs.Busybox, "true").Fails(125, "--sdnotify sometimes", "conmon");
        _root.Run("run", "-d", "-v", "/dev:/dev", Rootfs.Busybox, "true").Fails(125, "NOTIFY_SOCKET", "/dev", "--sdnotify=conmon");
        _root.Environment["NOTIFY_SOCKET"] = "vsock:2:1";
        _root.Run("run", "-d", "--sdnotify", "conmon", Rootfs.Busybox, "true").Fails(125, "vsock:2:1", "--sdnotify=ignore");
        _root.Run("run", "-d", Rootfs.Busybox, "true").Exits(0);
    }
}
