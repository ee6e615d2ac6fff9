using System.Net.Sockets;
using System.Text;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>Readiness (sd_notify(3)), with a socket of ours in the place of systemd's.</summary>
public sealed class NotifyTests
{
    private const int Patience = 20_000;

    [Fact]
    public void What_a_command_says_of_its_readiness_is_passed_on() =>
        Assert.Equal(["READY=1", "STATUS=serving"], Said("READY=1", "STATUS=serving"));

    [Fact]
    public void A_pid_of_the_container_is_not_passed_on() =>
        Assert.Equal(["READY=1"], Said("MAINPID=1", "READY=1", "FDSTORE=1"));

    [Fact]
    public void The_service_managers_own_socket_stays_outside() =>
        Assert.Equal("/dev/notify",
            Container.Run(new Start { Before = "export NOTIFY_SOCKET=/nowhere/notify" }, [], "sh", "-c", "echo $NOTIFY_SOCKET")
                .Succeeds().Lines[0]);

    [Fact]
    public void One_that_sends_what_takes_long_to_close_is_killed_in_time()
    {
        using var here = new TemporaryDirectory();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(here["notify"]));
        var how = new Start { Before = $"export NOTIFY_SOCKET={here["notify"]}" };
        using RunningProgram minirun = Minirun.Start(how, "run", "--net", "none", Rootfs.Busybox, "/probe", "linger");
        minirun.AwaitOut("sent");
        minirun.Signal(Kernel.SIGTERM);
        minirun.Result().Exits(143);
    }

    private static string[] Said(params string[] variables)
    {
        using var here = new TemporaryDirectory();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = Patience };
        manager.Bind(new UnixDomainSocketEndPoint(here["notify"]));
        Container.Run(new Start { Before = $"export NOTIFY_SOCKET={here["notify"]}" }, [], ["/probe", "notify", .. variables]).Succeeds();
        byte[] message = new byte[1024];
        int length = manager.Receive(message);
        return Encoding.UTF8.GetString(message, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
