using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

public sealed class PsTests
{
    [Fact]
    public void The_processes_of_a_container_are_listed_by_the_hosts_pids()
    {
        using OciBundle bundle = new OciBundle("sh", "-c", "sleep 1000 & echo ready; sleep 1001").Make("create", "start");
        int[] pids = [];
        Assert.True(
            Deadline.Wait(
                () => (pids = JsonSerializer.Deserialize<int[]>(bundle.Oci("ps", "--format", "json", "ID").Succeeds().Out)!).Length == 3
                    || pids.Length == 2 && bundle.Out.Contains("ready")));
        Assert.Contains(bundle.Pid, pids);
        Assert.All(pids, pid => Assert.True(Kernel.IsAlive(pid)));

        string[] table = bundle.Oci("ps", "ID").Succeeds().Lines;
        Assert.Contains("PID", table[0]);
        Assert.Equal(pids.Length, table.Length - 1);
        string[] chosen = bundle.Oci("ps", "ID", "-o", "pid,args").Succeeds().Lines;
        Assert.Contains(chosen, line => line.EndsWith(" sleep 1000", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stopped_container_has_no_processes()
    {
        using OciBundle bundle = new OciBundle("true").Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        Assert.Equal("[]", bundle.Oci("ps", "-f", "json", "ID").Succeeds().Out);
        Assert.Single(bundle.Oci("ps", "ID").Succeeds().Lines);
    }

    [Fact]
    public void A_table_without_pids_cannot_be_made()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Assert.Contains("couldn't find PID field in ps output", bundle.Oci("ps", "ID", "-o", "args").Exits(1).Error);
        Assert.Contains("invalid format option", bundle.Oci("ps", "-f", "xml", "ID").Exits(1).Error);
    }
}
