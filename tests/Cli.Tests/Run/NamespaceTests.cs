using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class NamespaceTests
{
    [Theory]
    [InlineData("user")]
    [InlineData("pid")]
    [InlineData("uts")]
    [InlineData("mnt")]
    [InlineData("ipc")]
    [InlineData("cgroup")]
    public void A_container_has_a_namespace_of_its_own_by_default(string kind) =>
        Assert.NotEqual(Own(kind), Inside([], kind));

    [Theory]
    [InlineData("net")]
    [InlineData("time")]
    public void The_network_and_the_clocks_are_the_hosts_by_default(string kind) =>
        Assert.Equal(Own(kind), Inside([], kind));

    [Theory]
    [InlineData("--pid", "pid")]
    [InlineData("--uts", "uts")]
    [InlineData("--ipc", "ipc")]
    [InlineData("--cgroupns", "cgroup")]
    [InlineData("--net", "net")]
    [InlineData("--network", "net")]
    public void Host_keeps_the_hosts_namespace(string flag, string kind) =>
        Assert.Equal(Own(kind), Inside([flag, "host"], kind));

    [Requires(Need.Root)]
    public void Root_can_stay_in_the_hosts_user_namespace() =>
        Assert.Equal(Own("user"), Inside(["--userns=host"], "user"));

    [Requires(Need.User)]
    public void A_user_cannot_do_without_a_user_namespace() =>
        Container.Run(["--userns=host"], "true").Fails(125, "EPERM");

    [Theory]
    [InlineData("--net", "nowhere")]
    [InlineData("--pid", "container:x")]
    [InlineData("--uts", "none")]
    [InlineData("--ipc", "shareable")]
    [InlineData("--cgroupns", "")]
    [InlineData("--userns", "nobody")]
    public void An_unknown_mode_is_named(string flag, string mode) =>
        Container.Run([flag, mode], "true").Fails(125, flag, $"'{mode}'");

    [Fact]
    public void The_command_is_process_1() =>
        Assert.Equal("1", Container.Sh([], "echo $$"));

    [Fact]
    public void A_container_cannot_see_host_processes() =>
        Assert.Equal(["1"], Container.Run([], "sh", "-c", "cd /proc; echo [0-9]*").Succeeds().Lines);

    [Fact]
    public void With_the_hosts_pids_the_host_can_be_seen() =>
        Assert.Contains(Environment.ProcessId.ToString(), Container.Sh(["--pid", "host"], "cd /proc; echo [0-9]*").Split(' '));

    [Fact]
    public void Without_a_network_there_is_only_lo_and_it_is_up()
    {
        string[] devices = Container.Sh(["--net", "none"], "cat /proc/net/dev").Split('\n')[2..];
        Assert.StartsWith("lo:", Assert.Single(devices).Trim());
        Assert.NotEqual(Own("net"), Inside(["--net", "none"], "net"));
        Assert.Contains("127.0.0.1", Container.Sh(["--net", "none"], "ip addr show up"));
    }

    [Fact]
    public void Connections_to_oneself_work_without_a_network() =>
        Assert.Equal("over lo",
            Container.Sh(["--net", "none", "--ephemeral"],
                "echo over lo >/tmp/x; httpd -p 127.0.0.1:8080 -h /tmp; wget -qO- http://127.0.0.1:8080/x"));

    [Fact]
    public void The_host_name_is_that_of_the_root_file_system() =>
        Assert.Equal([Rootfs.BusyboxName, "(none)"], Container.Run([], "/probe", "hostname").Succeeds().Lines);

    [Theory]
    [InlineData("--hostname", "my-little-container")]
    [InlineData("-h", "web.1")]
    public void A_host_name_can_be_given(string flag, string name)
    {
        string before = File.ReadAllText("/proc/sys/kernel/hostname");
        Assert.Equal(name, Container.Sh([flag, name], "hostname"));
        Assert.Equal(name, Container.Sh([flag, name], "echo $HOSTNAME"));
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/hostname"));
    }

    [Fact]
    public void A_domain_name_can_be_given() =>
        Assert.Equal("camp", Container.Run(["--domainname", "camp"], "/probe", "hostname").Succeeds().Lines[1]);

    [Theory]
    [InlineData("--hostname", "")]
    [InlineData("--hostname", "-x")]
    [InlineData("--hostname", "a b")]
    [InlineData("--domainname", "a/b")]
    public void A_bad_host_name_is_refused(string flag, string name) =>
        Container.Run([flag, name], "true").Fails(125, flag, $"'{name}'");

    [Fact]
    public void The_hosts_name_stays_with_uts_host() =>
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/hostname").Trim(), Container.Sh(["--uts=host"], "hostname"));

    [Fact]
    public void Lesson_1_a_user_namespace_alone_makes_root_of_anybody() =>
        Assert.Equal("0", Container.Sh(["--ns", "user"], "id -u"));

    [Fact]
    public void Lesson_2_a_pid_namespace_begins_with_1()
    {
        Assert.NotEqual("1", Container.Sh(["--ns", "user"], "echo $$"));
        Assert.Equal("1", Container.Sh(["--ns", "user,pid"], "echo $$"));
    }

    [Fact]
    public void Lesson_3_a_uts_namespace_has_a_name()
    {
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/hostname").Trim(), Container.Sh(["--ns", "user,pid"], "hostname"));
        Assert.Equal(Rootfs.BusyboxName, Container.Sh(["--ns", "user,pid,uts"], "hostname"));
    }

    [Fact]
    public void Lesson_4_a_mount_namespace_has_a_root_of_its_own()
    {
        Assert.Equal("", Container.Sh(["--ns", "user,pid,uts"], "ls /proc"));
        Assert.Contains("self", Container.Sh(["--ns", "user,pid,uts,mnt"], "ls /proc").Split('\n'));
    }

    [Fact]
    public void Without_a_mount_namespace_explain_says_what_chroot_does_not_protect()
    {
        string plan = Container.Run(["--ns", "user", "--dry-run"], "true").Succeeds().Out;
        Assert.Contains("chroot(", plan);
        Assert.Contains("climb out", plan);
    }

    [Requires(Need.Root)]
    public void Root_can_do_without_any_namespace() =>
        Assert.NotEqual("1", Container.Sh(["--ns", "none"], "echo $$"));

    [Requires(Need.User)]
    public void A_user_cannot_do_without_any_namespace() =>
        Container.Run(["--ns", "none"], "true").Fails(125, "chroot", "EPERM", "--ns user");

    [Fact]
    public void An_unknown_namespace_is_named() =>
        Container.Run(["--ns", "user,disk"], "true").Fails(125, "disk");

    [Theory]
    [InlineData("--read-only: needs a mount namespace", "--ns", "user", "--read-only")]
    [InlineData("--ephemeral: needs a mount namespace", "--ns", "user,pid", "--ephemeral")]
    [InlineData("a mount on /x: needs a mount namespace", "--ns", "user", "--tmpfs", "/x")]
    [InlineData("a mount on /x: needs a mount namespace", "--ns", "user", "-v", "/tmp:/x")]
    [InlineData("--device /dev/null: needs a mount namespace", "--ns", "user", "--device", "/dev/null")]
    [InlineData("--pid private: needs a pid namespace", "--ns", "user,mnt", "--pid", "private")]
    [InlineData("--ipc private: needs an IPC namespace", "--ns", "user", "--ipc", "private")]
    [InlineData("--cgroupns private: needs a cgroup namespace", "--ns", "user", "--cgroupns", "private")]
    [InlineData("--uts host: not with uts in --ns", "--ns", "user,uts", "--uts", "host")]
    [InlineData("--pid: unknown mode 'other'", "--ns", "user", "--pid", "other")]
    [InlineData("--hostname web: needs a UTS namespace", "--ns", "user,mnt", "--hostname", "web")]
    [InlineData("--hostname web: not with --uts host", "--uts", "host", "--hostname", "web")]
    [InlineData("--net none: needs a network namespace", "--ns", "user,mnt", "--net", "none")]
    [InlineData("--userns single: needs a user namespace", "--ns", "mnt", "--userns", "single")]
    public void What_only_a_namespace_gives_is_refused_without_it(string message, params string[] options) =>
        Container.Run(options, "true").Fails(125, message);

    [Fact]
    public void Ipc_objects_of_the_host_are_not_seen() =>
        Assert.Single(Container.Sh([], "cat /proc/sysvipc/shm").Split('\n'));

    private static string Own(string kind) => new FileInfo("/proc/self/ns/" + kind).LinkTarget!;

    private static string Inside(string[] options, string kind) =>
        Container.Run(options, "readlink", "/proc/self/ns/" + kind).Succeeds().Lines[0];
}
