using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// What the specification leaves open, runc does, and engines and users are used to. Found with runc's own tests (docs/conformance.md).
/// </summary>
public sealed class HabitTests
{
    [Fact]
    public void A_process_of_exec_gets_the_HOME_of_its_user()
    {
        using OciBundle bundle = new OciBundle(_ => { }, "sleep", "1000").Make("create", "start");
        Assert.Equal("/root\n", bundle.Oci("exec", "ID", "sh", "-c", "echo $HOME").Succeeds().Out);
        Assert.Equal("/elsewhere\n", bundle.Oci("exec", "--env", "HOME=/elsewhere", "ID", "sh", "-c", "echo $HOME").Succeeds().Out);
        if (Kernel.Uid == 0)
            Assert.Equal("/home/student\n", bundle.Oci("exec", "--user", "1000", "ID", "sh", "-c", "echo $HOME").Succeeds().Out);
    }

    [Fact]
    public void A_capability_of_exec_is_ambient_where_the_container_s_can_be_inherited()
    {
        using OciBundle bundle = new OciBundle(config =>
        {
            JsonNode capabilities = config["process"]!["capabilities"]!;
            foreach (string set in (string[])["bounding", "permitted", "inheritable"])
                capabilities[set] = new JsonArray("CAP_CHOWN", "CAP_KILL");
            capabilities["effective"] = new JsonArray();
            capabilities["ambient"] = new JsonArray();
        }, "sleep", "1000").Make("create", "start");
        Assert.Contains("CapAmb:\t0000000000000020",
            bundle.Oci("exec", "--cap", "CAP_KILL", "ID", "cat", "/proc/self/status").Succeeds().Out);
        Assert.Contains("CapAmb:\t0000000000000000",
            bundle.Oci("exec", "--cap", "CAP_SYSLOG", "ID", "cat", "/proc/self/status").Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_working_directory_that_is_closed_to_the_user_is_entered_before()
    {
        using var bundle = new OciBundle(config =>
        {
            config["mounts"]!.AsArray()
                .Add(
                    JsonNode.Parse("""{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["mode=700", "uid=1234"]}"""));
            config["process"]!["cwd"] = "/tmp";
        }, "pwd");
        Assert.Equal("/tmp\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void Stdout_belongs_to_the_user_of_the_process()
    {
        using var bundle = new OciBundle(config => config["process"]!["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 }, "sh",
            "-c", "echo by name >/dev/stdout; stat -c %u -L /dev/null");
        Assert.Equal("by name\n0\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out);
    }

    [Fact]
    public void What_comes_out_of_a_terminal_into_a_pipe_has_plain_newlines()
    {
        using var bundle = new OciBundle(config => config["process"]!["terminal"] = true, "sh", "-c", "echo one; echo two");
        Assert.Equal("one\ntwo\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out);
    }

    [Fact]
    public void A_hint_is_a_field_of_the_error_s_line()
    {
        using var bundle = new OciBundle(_ => { }, "/nowhere");
        string error = Assert.Single(
            bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(1).Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches("^time=\"[^\"]+\" level=error msg=\".*\" hint=\".*\"$", error);
    }

    [Fact]
    public void Debug_says_what_is_made()
    {
        using var bundle = new OciBundle(_ => { }, "true");
        Assert.Contains($"level=debug msg=\"container {bundle.Id}: process ",
            bundle.Oci("--debug", "run", "--bundle", bundle.Directory, "ID").Exits(0).Error);
    }

    [Fact]
    public void A_container_that_was_created_is_ended_by_a_signal()
    {
        using OciBundle bundle = new OciBundle(_ => { }, "true").Make("create");
        bundle.Oci("kill", "ID", "TERM").Succeeds();
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
    }

    [Requires(Need.Root)]
    public void What_is_left_of_a_container_without_its_own_pids_is_killed()
    {
        using OciBundle bundle = new OciBundle(config =>
        {
            JsonArray namespaces = config["linux"]!["namespaces"]!.AsArray();
            namespaces.Remove(namespaces.First(each => (string?)each!["type"] == "pid"));
        }, "sh", "-c", "sleep 1000 & sleep 1001").Make("create", "start");
        int first = bundle.Pid;
        Assert.True(Deadline.Wait(() => Family.Below(first).Count == 1));
        List<int> others = Family.Below(first);
        Kernel.Signal(first, Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        bundle.Oci("kill", "ID", "KILL").Succeeds();
        Assert.True(Deadline.Wait(() => !others.Exists(Kernel.IsAlive)));
        bundle.Oci("kill", "ID", "KILL").Exits(1);
    }

    [Fact]
    public void A_mount_is_taken_from_what_was_mounted_before_it()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["source"]);
        File.WriteAllText(directory["source/file"], "of the host\n");
        using var bundle = new OciBundle(config =>
        {
            JsonArray mounts = config["mounts"]!.AsArray();
            mounts.Add(JsonNode.Parse("""{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}"""));
            mounts.Add(Bind(directory["source"], "/tmp/one"));
            mounts.Add(Bind(Rootfs.Busybox + "/tmp/one", "/tmp/two"));
            mounts.Add(Bind(Rootfs.Busybox + "/tmp/two", Rootfs.Busybox + "/tmp/three"));
        }, "cat", "/tmp/two/file", "/tmp/three/file");
        Assert.Equal("of the host\nof the host\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_filter_without_our_calls_does_not_keep_a_container_from_starting()
    {
        using var bundle = new OciBundle(config =>
        {
            config["process"]!["noNewPrivileges"] = false;
            config["linux"]!["seccomp"] = JsonNode.Parse("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["close_range", "openat2", "open_tree", "move_mount",
                  "mount_setattr", "fsopen"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
                """);
        }, "echo", "started");
        Assert.Equal("started\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out);
    }

    [Requires(Need.Root)]
    public void A_limit_of_no_process_is_one_of_one()
    {
        using OciBundle bundle =
            new OciBundle(config => config["linux"]!["resources"] = JsonNode.Parse("""{"pids": {"limit": 0}}"""), "sleep", "1000").Make(
            "create", "start");
        Assert.Equal(1, (int)JsonNode.Parse(bundle.Oci("events", "--stats", "ID").Succeeds().Out)!["data"]!["pids"]!["limit"]!);
    }

    [Fact]
    public void A_process_of_exec_has_the_container_s_personality()
    {
        using OciBundle bundle =
            new OciBundle(config => config["linux"]!["personality"] = new JsonObject { ["domain"] = "LINUX32" }, "sleep", "1000").Make(
            "create", "start");
        Assert.Equal("i686\n", bundle.Oci("exec", "ID", "uname", "-m").Succeeds().Out);
    }

    [Fact]
    public void A_root_of_states_that_is_named_must_be_there() =>
        Assert.Contains("/nowhere/at/all: no such file or directory",
            Support.Minirun.Other(OciBundle.Program, ["--root", "/nowhere/at/all", "list"]).Exits(1).Error);

    private static JsonObject Bind(string source, string destination) =>
        new() { ["destination"] = destination, ["type"] = "bind", ["source"] = source, ["options"] = new JsonArray("rbind") };
}
