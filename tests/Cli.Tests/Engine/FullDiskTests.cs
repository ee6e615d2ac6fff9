using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class FullDiskTests
{
    private const int Enough = 40;   // pages, for one container

    [Requires(Need.Root)]
    public void Wherever_the_disk_becomes_full_a_start_says_so_and_leaves_nothing()
    {
        using var disk = new SmallDisk();
        disk.Run("run", "-d", "--name", "old", Rootfs.Busybox, "sleep", "1000").Exits(0);
        string before = disk.Left();
        int failed = 0;
        for (int pages = 0; pages <= Enough; pages++)
        {
            disk.Fill(pages);
            Result run = disk.Run("run", "-d", "--name", "new", "-v", "data:/mnt", Rootfs.Busybox, "sleep", "1000");
            if (run.ExitCode != 0)
            {
                failed++;
                Assert.Contains("(ENOSPC)", run.Exits(125).Error);
                Assert.InRange(run.Error.Split('\n').Length, 2, 3);   // a line, perhaps a hint
            }
            Assert.Contains("old running", disk.Run("ps", "-a", "--format", "{{.Names}} {{.State}}").Succeeds().Lines);
            disk.Run("rm", "-f", "new").Exits(0);
            disk.Free();
            Assert.Equal(before, disk.Left());
        }
        Assert.InRange(failed, 5, Enough - 1);
    }

    [Requires(Need.Root)]
    public void A_full_disk_keeps_nothing_from_ending_and_its_end_from_being_known()
    {
        using var disk = new SmallDisk();
        disk.Run("run", "-d", "--name", "ends", "-i", Rootfs.Busybox, "sh", "-c", "sleep 1000 & wait").Exits(0);
        disk.Run("run", "-d", "--name", "stopped", Rootfs.Busybox, "sleep", "1000").Exits(0);
        disk.Fill(0);
        disk.Run("exec", "ends", "echo", "hello").Exits(0);
        disk.Run("kill", "ends").Exits(0);
        disk.Run("stop", "-t", "0", "stopped").Exits(0);
        const string how = "{{.State.ExitCode}} {{.State.Cause}}";
        Assert.Equal("137 signal\n143 signal\n", disk.Run("inspect", "-f", how, "ends", "stopped").Succeeds().Out);
        disk.Run("rm", "ends").Exits(0);
    }

    [Requires(Need.Root)]
    public void What_cannot_be_written_is_as_it_was()
    {
        using var disk = new SmallDisk();
        disk.Run("run", "-d", "--name", "web", Rootfs.Busybox, "sleep", "1000").Exits(0);
        disk.Fill(0);
        disk.Run("rename", "web", "other").Fails(125, "ENOSPC");
        disk.Run("update", "--restart", "always", "web").Fails(125, "ENOSPC");
        disk.Run("volume", "create", "data").Fails(125, "ENOSPC");
        disk.Run("network", "create", "minirun-full").Fails(125, "ENOSPC");
        disk.Free();
        Assert.Equal("web no\n",
            disk.Run("inspect", "-f", "{{.Config.Hostname}} {{.HostConfig.RestartPolicy.Name}}", "web")
                .Succeeds().Out.Replace("busybox", "web"));
        Assert.Empty(disk.Run("volume", "ls", "-q").Succeeds().Out);
        Assert.DoesNotContain("minirun-full", disk.Run("network", "ls", "-q").Succeeds().Out);
        disk.Run("rename", "web", "other").Succeeds();
        disk.Run("volume", "create", "data").Exits(0);
    }

    [Requires(Need.Root)]
    public void Lines_that_a_full_disk_does_not_take_are_counted_and_the_container_goes_on()
    {
        using var disk = new SmallDisk();
        using var shared = new TemporaryDirectory();
        disk.Run("run", "-d", "--name", "web", "--log-opt", "max-size=100k", "--log-opt", "max-file=2", "-v", $"{shared.Path}:/mnt",
            Rootfs.Busybox, "sh", "-c",
            "echo first; until test -e /mnt/go; do sleep 0.05; done; seq 100000; echo done >/mnt/done; until test -e /mnt/end; do sleep "
                + "0.05; done; echo last")
            .Exits(0);
        disk.Fill(0);
        File.WriteAllText(shared["go"], "");
        Assert.True(Deadline.Wait(() => File.Exists(shared["done"]), TimeSpan.FromSeconds(20)));
        Assert.Equal("running", disk.Run("inspect", "-f", "{{.State.Status}}", "web").Succeeds().Lines[0]);
        disk.Free();
        File.WriteAllText(shared["end"], "");
        disk.Run("wait", "web").Succeeds();
        Assert.InRange(
            int.Parse(disk.Run("inspect", "-f", "{{.State.LogLost}}", "web").Succeeds().Lines[0],
                System.Globalization.CultureInfo.InvariantCulture),
            1, 100_001);
        Assert.EndsWith("last\n", disk.Run("logs", "web").Exits(0).Out);
    }
}
