using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Podman;

public sealed partial class PodmanTests
{
    [ClientFact]
    public void Containers_of_a_pod_share_its_namespaces()
    {
        // Debian has no pause image: the infra container is busybox, too.
        Client.Run("pod", "create", "--name", "peas", "--network", "none", "--share", "net,ipc,uts,pid", "--infra-image", Client.Image,
            "--infra-command", "/bin/sleep 1000")
            .Exits(0);
        try
        {
            Client.Run("run", "--detach", "--pod", "peas", "--name", "pea1", Client.Image, "sleep", "1001").Exits(0);
            const string ids = "ps; hostname; stat -L -c %i /proc/self/ns/net /proc/self/ns/ipc";
            string second = Client.Run("run", "--rm", "--pod", "peas", Client.Image, "sh", "-c", ids).Exits(0).Out;
            Assert.Contains("sleep 1001", second);
            Assert.EndsWith(Client.Run("exec", "pea1", "stat", "-L", "-c", "%i", "/proc/self/ns/net", "/proc/self/ns/ipc").Exits(0).Out,
                second);
            Assert.Contains("\npeas\n", second);
        }
        finally
        {
            Client.Run("pod", "rm", "--force", "--time", "0", "peas").Exits(0);
        }
    }

    [ClientFact]
    public void A_pod_stops_and_starts_and_is_paused_as_one()
    {
        Client.Run("pod", "create", "--name", "beans", "--network", "none", "--infra-image", Client.Image, "--infra-command",
            "/bin/sleep 1000")
            .Exits(0);
        try
        {
            Client.Run("run", "--detach", "--pod", "beans", "--name", "bean", Client.Image, "sleep", "1000").Exits(0);
            Client.Run("pod", "stop", "--time", "0", "beans").Exits(0);
            Assert.Equal("exited", Client.Run("inspect", "--format", "{{.State.Status}}", "bean").Exits(0).Out.Trim());
            Client.Run("pod", "start", "beans").Exits(0);
            Client.Run("exec", "bean", "true").Exits(0);
            if (Cli.Tests.Support.Kernel.Uid != 0) return; // no freezer for rootless containers with cgroup v1
            Client.Run("pod", "pause", "beans").Exits(0);
            Assert.Equal("paused", Client.Run("inspect", "--format", "{{.State.Status}}", "bean").Exits(0).Out.Trim());
            Client.Run("pod", "unpause", "beans").Exits(0);
        }
        finally
        {
            Client.Run("pod", "rm", "--force", "--time", "0", "beans").Exits(0);
        }
    }
}
