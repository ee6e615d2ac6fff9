using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Flags of runc and of crun that engines give seldom or never.</summary>
public sealed class FlagTests
{
    [Fact]
    public void A_pidfd_of_the_first_process_goes_to_its_socket()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        string path = Path.Combine(bundle.Directory, "pidfd");
        using var socket = new DescriptorSocket(path);
        bundle.Make("create --pidfd-socket " + path);
        using SafeFileHandle pidfd = socket.Take();
        Assert.Equal(bundle.Pid, PidOf(pidfd));
    }

    [Fact]
    public void A_log_that_cannot_be_opened_is_an_error_before_anything_is_done_and_keeps_nobody_alive()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        foreach (string verb in (string[])["start", "state", "exec", "pause", "update"])
            Assert.Contains("open /no/directory/log: no such file", Logged(bundle, verb).Exits(verb == "exec" ? 255 : 1).Error);
        Assert.Equal("created", bundle.Status);
        if (!OciBundle.IsOurs) return;   // runc wants one here, too
        Logged(bundle, "kill", "KILL").Succeeds();
        Logged(bundle, "delete", "--force").Succeeds();
    }

    private static Result Logged(OciBundle bundle, string verb, params string[] words)
    {
        string[] last = verb == "exec" ? ["true"] : verb == "kill" ? words : [], flags = verb == "kill" ? [] : words;
        return bundle.Oci(["--log", "/no/directory/log", verb, .. flags, bundle.Id, .. last]);
    }

    [Fact]
    public void A_pidfd_of_a_process_of_exec_goes_to_its_socket()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        using var socket = new DescriptorSocket(Path.Combine(bundle.Directory, "pidfd"));
        string pidFile = Path.Combine(bundle.Directory, "pid");
        Quietly(bundle, "exec", "--detach", "--pidfd-socket", Path.Combine(bundle.Directory, "pidfd"), "--pid-file", pidFile, bundle.Id,
            "sleep", "1000")
            .Succeeds();
        using SafeFileHandle pidfd = socket.Take();
        Assert.Equal(File.ReadAllText(pidFile).Trim(), PidOf(pidfd).ToString());
    }

    [Fact]
    public void The_terminal_of_a_container_goes_to_its_socket()
    {
        using var bundle = new OciBundle(config =>
        {
            config["process"]!["terminal"] = true;
            config["process"]!["consoleSize"] = new JsonObject { ["height"] = 33, ["width"] = 77 };
        }, "sh", "-c", "echo on $(tty) $(stty size); exec sleep 1000");
        string path = Path.Combine(bundle.Directory, "console");
        using var socket = new DescriptorSocket(path);
        bundle.Make("create --console-socket " + path);
        using SafeFileHandle terminal = socket.Take();
        bundle.Make("start");
        Assert.Equal("on /dev/pts/0 33 77", FirstLine(terminal));
    }

    [Fact]
    public void The_terminal_of_a_process_of_exec_goes_to_its_socket()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        string path = Path.Combine(bundle.Directory, "console");
        using var socket = new DescriptorSocket(path);
        Quietly(bundle, "exec", "--tty", "--detach", "--console-socket", path, bundle.Id, "sh", "-c", "echo on $(tty); exec sleep 1000")
            .Succeeds();
        using SafeFileHandle terminal = socket.Take();
        Assert.Equal("on /dev/pts/0", FirstLine(terminal));
    }

    [Fact]
    public void A_kept_container_is_there_after_its_end()
    {
        using var bundle = new OciBundle("sh", "-c", "exit 7");
        bundle.Oci("run", "--keep", "--bundle", bundle.Directory, "ID").Exits(7);
        Assert.Equal("stopped", bundle.Status);
        bundle.Oci("delete", "ID").Succeeds();
        bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(7);
        bundle.Oci("state", "ID").Exits(1);
    }

    [Theory]
    [InlineData("--no-subreaper")]
    [InlineData("--no-new-keyring")]
    [InlineData("--no-pivot")]
    public void Switches_of_create_and_run_are_taken(string name)
    {
        if (!OciBundle.IsOurs) return;
        if (name == "--no-pivot" && Kernel.Uid != 0) return;
        using var bundle = new OciBundle("true");
        bundle.Oci("run", name, "--bundle", bundle.Directory, "ID").Succeeds();
        bundle.Make("create " + name);
        Assert.Equal("created", bundle.Status);
    }

    [Theory]
    [InlineData("--log-level", "debug")]
    [InlineData("--criu", "/usr/sbin/criu")]
    [InlineData("--rootless", "auto")]
    [InlineData("--cgroup-manager", "cgroupfs")]
    public void Global_flags_are_taken(string name, string value)
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("true");
        bundle.Oci(name, value, "run", "--bundle", bundle.Directory, "ID").Exits(0);
        bundle.Oci($"{name}={value}", "run", "--bundle", bundle.Directory, "ID").Exits(0);
    }

    [Theory]
    [InlineData("--systemd-cgroup")]
    [InlineData("--cgroup-manager=systemd")]
    public void Where_systemd_is_asked_for_and_not_there_it_is_an_error(string flag)
    {
        if (!OciBundle.IsOurs || Directory.Exists("/run/systemd/system")) return;
        using var bundle = new OciBundle("true");
        Assert.Contains("systemd", bundle.Oci(flag, "run", "--bundle", bundle.Directory, "ID").Exits(1).Error);
    }

    [Requires(Need.Root)]
    public void A_process_of_exec_has_the_groups_given()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Assert.Equal("1000 100 5 7\n",
            bundle.Oci("exec", "--user", "1000:100", "--additional-gids", "5", "-g", "7", "ID", "sh", "-c", "echo $(id -u) $(id -G)")
                .Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_process_that_joins_a_paused_container_by_force_goes_on_with_it()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        bundle.Oci("pause", "ID").Succeeds();
        Assert.Contains("cannot exec in a paused container", bundle.Oci("exec", "ID", "true").Exits(255).Error);
        using var joining = new RunningProgram(Support.Start.Plain, OciBundle.Program,
            ["--root", bundle.Root, "exec", "--ignore-paused", bundle.Id, "echo", "joined"]);
        bundle.Oci("resume", "ID").Succeeds();
        Assert.Equal("joined\n", joining.Result().Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_pattern_is_for_all_containers_whose_id_matches()
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle("sleep", "1000");
        string[] ids = [bundle.Id + "-1", bundle.Id + "-2", "other-" + bundle.Id];
        foreach (string id in ids) Quietly(bundle, "run", "--detach", "--bundle", bundle.Directory, id).Succeeds();
        bundle.Oci("kill", "--regex", $"^{bundle.Id}-[0-9]$", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => Status(ids[0]) == "stopped" && Status(ids[1]) == "stopped"));
        Assert.Equal("running", Status(ids[2]));
        bundle.Oci("delete", "--regex", $"^{bundle.Id}").Succeeds();
        Assert.Equal([ids[2]], bundle.Oci("list", "-q").Succeeds().Lines);
        bundle.Oci("delete", "--regex", "^none-").Succeeds();
        Assert.Contains("invalid regular expression \\\"x[\\\"", bundle.Oci("delete", "-r", "x[").Exits(1).Error);
        bundle.Oci("delete", "--force", "--regex", ".").Succeeds();
        Assert.Empty(bundle.Oci("list", "-q").Succeeds().Out);

        string Status(string id) => (string)JsonNode.Parse(bundle.Oci("state", id).Succeeds().Out)!["status"]!;
    }

    [TheoryRequires(Need.Root)]
    [InlineData("memory-reservation", "32m", "many")]
    [InlineData("memory-swap", "-1", "many")]
    [InlineData("kernel-memory", "64m", "many")]
    [InlineData("kernel-memory-tcp", "64m", "many")]
    [InlineData("blkio-weight", "500", "many")]
    [InlineData("cpu-period", "100000", "many")]
    [InlineData("cpu-quota", "50000", "many")]
    [InlineData("cpu-burst", "1000", "many")]
    [InlineData("cpu-share", "512", "many")]
    [InlineData("cpu-rt-period", "1000000", "many")]
    [InlineData("cpu-rt-runtime", "0", "many")]
    [InlineData("cpu-idle", "1", "many")]
    [InlineData("cpuset-cpus", "0", "many")]
    [InlineData("cpuset-mems", "0", "many")]
    [InlineData("pids-limit", "-1", "many")]
    [InlineData("l3-cache-schema", "L3:0=f", null)]
    [InlineData("mem-bw-schema", "MB:0=50", null)]
    public void A_limit_of_update_is_set_or_named(string flag, string good, string? bad)
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Result result = bundle.Oci("update", "--" + flag, good, "ID");
        // Not every kernel has each.
        if (result.ExitCode != 0) Assert.Matches("msg=\"(linux\\.resources\\.|intelRdt: )", result.Error);
        if (bad is not null) Assert.Contains(flag[..3], bundle.Oci("update", "--" + flag, bad, "ID").Exits(1).Error);
    }

    /// <summary>With its output in a file: what it leaves behind may hold that.</summary>
    private static Result Quietly(OciBundle bundle, params string[] arguments) =>
        Support.Minirun.Other(Support.Start.Plain with { Before = $"exec </dev/null >>'{Path.Combine(bundle.Directory, "quiet")}' 2>&1" },
            OciBundle.Program, ["--root", bundle.Root, .. arguments]);

    private static int PidOf(SafeFileHandle pidfd) =>
        int.Parse(
            File.ReadLines($"/proc/self/fdinfo/{pidfd.DangerousGetHandle()}")
                .Single(line => line.StartsWith("Pid:", StringComparison.Ordinal))["Pid:".Length..]);

    private static string? FirstLine(SafeFileHandle terminal)
    {
        using var reader = new StreamReader(new FileStream(terminal, FileAccess.Read, bufferSize: 0));
        Task<string?> line = reader.ReadLineAsync();
        Assert.True(line.Wait(TimeSpan.FromSeconds(30)), "nothing was written to the terminal");
        return line.Result;
    }
}
