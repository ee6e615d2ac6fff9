using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class MountTests
{
    [Theory]
    [InlineData("/proc", "proc", "nosuid,nodev,noexec")]
    [InlineData("/dev", "tmpfs", "nosuid")]
    [InlineData("/dev/pts", "devpts", "nosuid,noexec")]
    [InlineData("/dev/shm", "tmpfs", "nosuid,nodev,noexec")]
    [InlineData("/dev/mqueue", "mqueue", "nosuid,nodev,noexec")]
    [InlineData("/sys", "sysfs", "ro,nosuid,nodev,noexec")]
    public void A_container_has_its_file_systems(string target, string type, string options)
    {
        Mount mount = Mount.Inside([]).First(each => each.Target == target);
        Assert.Equal(type, mount.Type);
        foreach (string option in options.Split(',')) Assert.Contains(option, mount.Options);
    }

    [Fact]
    public void Dev_is_strictatime_and_mode_755()
    {
        Mount dev = Mount.Inside([]).First(each => each.Target == "/dev");
        Assert.DoesNotContain("relatime", dev.Options);
        Assert.Contains("mode=755", dev.Super);
    }

    [Fact]
    public void The_root_is_the_root_file_system_and_no_mount_of_the_host_is_left()
    {
        List<Mount> mounts = Mount.Inside([]);
        Assert.EndsWith("/" + Rootfs.BusyboxName, mounts.First(each => each.Target == "/").Root);
        string[] places = ["/", "/proc", "/dev", "/sys", "/etc"];
        Assert.All(mounts,
            each => Assert.Contains(places,
                place => each.Target == place || each.Target.StartsWith(place.TrimEnd('/') + "/", StringComparison.Ordinal)));
        Assert.DoesNotContain(mounts,
            each => each.Target.Contains("put_old", StringComparison.Ordinal) || each.Target.StartsWith("/tmp/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("null", "1:3")]
    [InlineData("zero", "1:5")]
    [InlineData("full", "1:7")]
    [InlineData("random", "1:8")]
    [InlineData("urandom", "1:9")]
    [InlineData("tty", "5:0")]
    public void Dev_has_the_harmless_devices(string name, string number) =>
        Assert.Equal("character special file " + number, Container.Sh([], $"stat -c '%F %t:%T' /dev/{name}"));

    [Fact]
    public void Dev_has_nothing_else() =>
        Assert.Equal("fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero", Container.Sh([], "cd /dev; echo *"));

    [Fact]
    public void Devices_work() =>
        Assert.Equal("4\n1", Container.Sh([], "echo x >/dev/null; head -c 4 /dev/zero | wc -c; echo x 2>/dev/null >/dev/full; echo $?"));

    [Fact]
    public void Dev_links_lead_to_the_descriptors() =>
        Assert.Equal("in", Container.Sh(new Start { Input = "in" }, [], "cat /dev/stdin; readlink /dev/fd | grep -qx /proc/self/fd"));

    [Fact]
    public void No_block_device_of_the_host_can_be_made() =>
        Assert.Contains("not permitted", Container.Run([], "mknod", "/tmp/sda", "b", "8", "0").Exits(1).Error);

    [Theory]
    [InlineData("/proc/kcore")]
    [InlineData("/proc/keys")]
    [InlineData("/proc/timer_list")]
    [InlineData("/sys/firmware")]
    public void What_tells_of_the_whole_machine_is_masked(string path) =>
        Assert.Equal("", Container.Sh([], $"[ ! -e {path} ] || if [ -d {path} ]; then ls {path}; else cat {path}; fi"));

    [Theory]
    [InlineData("/proc/sys/kernel/hostname")]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/proc/irq/default_smp_affinity")]
    public void Settings_of_the_whole_machine_are_read_only(string path) =>
        Assert.NotEqual(0, Container.Run([], "sh", "-c", $"[ ! -e {path} ] && exit 1; echo 0 >{path}").ExitCode);

    [Fact]
    public void Nothing_below_sys_can_be_written() =>
        Assert.DoesNotContain(Mount.Inside([]),
            each => each.Target.StartsWith("/sys", StringComparison.Ordinal) && !each.Options.Contains("ro"));

    [Fact]
    public void Privileged_hides_nothing()
    {
        Assert.Equal("0", Container.Sh(["--privileged"], "grep -c ' /proc/' /proc/self/mountinfo; true"));
        Assert.Contains("rw", Mount.Inside(["--privileged"]).First(each => each.Target == "/sys").Options);
    }

    [Fact]
    public void A_mount_made_inside_is_not_seen_outside()
    {
        using var rootfs = new TemporaryRootfs();
        string before = File.ReadAllText("/proc/self/mountinfo");
        using RunningProgram program = Support.Minirun.Start("run", "--cap-add", "SYS_ADMIN", rootfs.Path, "sh", "-c",
            "mount -t tmpfs inside-only /tmp && echo mounted; cat");
        program.AwaitOut("mounted");
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
        program.Input.Close();
        program.Result().Succeeds();
    }

    [Fact]
    public void Ours_is_the_tmp_of_the_root_file_system()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/tmp/there", "before");
        Assert.Equal("before", Container.Sh(rootfs, [], "cat /tmp/there; rm /tmp/there"));
        Assert.False(File.Exists(rootfs.Inside("/tmp/there")));
    }

    [Fact]
    public void Resolv_conf_and_hosts_are_the_hosts()
    {
        Assert.Equal(File.ReadAllText("/etc/hosts").TrimEnd('\n'), Container.Sh([], "cat /etc/hosts"));
        if (File.Exists("/etc/resolv.conf"))
            Assert.Equal(File.ReadAllText("/etc/resolv.conf").TrimEnd('\n'), Container.Sh([], "cat /etc/resolv.conf"));
        Assert.NotEqual(0, Container.Run([], "sh", "-c", "echo >>/etc/hosts").ExitCode);
    }

    [Fact]
    public void Resolv_conf_that_links_out_of_the_root_touches_nothing_outside()
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        string victim = outside.Write("victim", "as it was");
        rootfs.Link("/etc/resolv.conf", victim);
        rootfs.Link("/etc/hosts", "../../../../../../.." + outside["new"]);
        string before = Tree.Describe(outside.Path);
        Container.Sh(rootfs, [], "true");
        Assert.Equal(before, Tree.Describe(outside.Path));
    }

    [Fact]
    public void Resolv_conf_can_be_used_though_its_link_leads_nowhere()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Link("/etc/hosts", "../run/not/there/hosts");
        Assert.Equal(File.ReadAllText("/etc/hosts").TrimEnd('\n'), Container.Sh(rootfs, [], "cat /etc/hosts"));
    }

    [Fact]
    public void Containers_that_start_at_once_may_make_the_same_mount_points()
    {
        for (int round = 0; round < 3; round++)
        {
            using var rootfs = new TemporaryRootfs();
            foreach (string file in (string[])["resolv.conf", "hosts"]) File.Delete(rootfs.Inside("/etc/" + file));
            Assert.All(
                Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8)
                    .Select(_ => Support.Minirun.Run("run", "--tmpfs", "/deep/down/here", rootfs.Path, "true")),
                result => result.Succeeds());
        }
    }

    [Fact]
    public void With_a_network_of_its_own_the_files_are_the_root_file_systems()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/etc/hosts", "10.0.0.1 inside\n");
        Assert.Equal("10.0.0.1 inside", Container.Sh(rootfs, ["--net=none"], "cat /etc/hosts"));
    }

    [Fact]
    public void Read_only_means_the_whole_root()
    {
        using var rootfs = new TemporaryRootfs();
        Container.Sh(rootfs, [], "true");   // makes the mount points that are missing in /etc
        string before = Tree.Describe(rootfs.Path);
        Result result =
            Support.Minirun.Run("run", "--read-only", rootfs.Path, "sh", "-c", "echo >/file || echo >/etc/file || echo >/tmp/file");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(3, result.Error.Split("Read-only file system").Length - 1);
        Assert.Equal(before, Tree.Describe(rootfs.Path));
    }

    [Fact]
    public void Read_only_leaves_dev_and_volumes_writable()
    {
        using var directory = new TemporaryDirectory();
        Container.Sh(["--read-only", "--tmpfs", "/tmp", "-v", $"{directory.Path}:/mnt"],
            "echo x >/tmp/f; echo x >/dev/shm/f; echo x >/mnt/f");
        Assert.Equal("x\n", directory.Read("f"));
    }

    [Fact]
    public void Ephemeral_leaves_the_root_file_system_as_it_was()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/etc/old", "old");
        string before = Tree.Describe(rootfs.Path);
        Assert.Equal("new",
            Container.Sh(rootfs, ["--ephemeral"],
                "echo new >/etc/old; rm -r /home; mkdir /made; chmod 700 /root; echo >/made/f; cat /etc/old; [ ! -e /home ]"));
        Assert.Equal(before, Tree.Describe(rootfs.Path));
        Assert.Equal("old", Container.Sh(rootfs, ["--ephemeral"], "cat /etc/old"));
    }

    [Fact]
    public void Ephemeral_and_read_only_go_together() =>
        Assert.Contains("Read-only", Container.Run(["--ephemeral", "--read-only"], "touch", "/x").Exits(1).Error);

    [Fact]
    public void Two_ephemeral_containers_do_not_meet()
    {
        using RunningProgram first = Container.Start(["--ephemeral"], "sh", "-c", "echo >/tmp/mine && echo there; cat");
        first.AwaitOut("there");
        Assert.Equal("", Container.Sh(["--ephemeral"], "ls /tmp"));
        first.Input.Close();
        first.Result().Succeeds();
    }
}
