using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Hooks: the moment, the namespaces, the state they read, and what their failure does.</summary>
public sealed class HookTests
{
    [Theory]
    [InlineData("prestart", "creating")]
    [InlineData("createRuntime", "creating")]
    [InlineData("createContainer", "creating")]
    [InlineData("poststart", "running")]
    [InlineData("poststop", "stopped")]
    public void A_hook_reads_the_state_on_stdin(string kind, string status)
    {
        using var directory = new TemporaryDirectory();
        using var bundle = new OciBundle(config => Add(config, kind, $"cat >{directory["state"]}"), "true");
        bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0);
        JsonObject state = JsonNode.Parse(directory.Read("state"))!.AsObject();
        Assert.Equal(bundle.Id, (string)state["id"]!);
        Assert.Equal(bundle.Directory, (string)state["bundle"]!);
        if (OciBundle.IsOurs) Assert.Equal(status, (string)state["status"]!);
        Assert.Equal(kind == "poststop", state["pid"] is null);
        if (kind == "createContainer") Assert.Equal(1, (int)state["pid"]!);
    }

    [Fact]
    public void A_hook_of_the_start_runs_inside()
    {
        using var bundle = new OciBundle(
            config => Add(config, "startContainer", "grep -q '\"status\":\"created\"' && test -x /probe && echo $K >/dev/shm/said"), "cat",
            "/dev/shm/said");
        Assert.Equal("V\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_hook_that_fails_ends_the_container(string kind)
    {
        using var bundle = new OciBundle(config => Add(config, kind, "echo out; echo complaint >&2; exit 3"), "true");
        Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("exit status 3, stdout: out\\n, stderr: complaint", result.Error.Replace("\n", "\\n"));
        Assert.Contains("does not exist", bundle.Oci("state", "ID").Error);
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void What_a_hook_says_is_no_more_than_the_reason(string kind)
    {
        if (!OciBundle.IsOurs) return;
        foreach (var (script, timeout, reason) in ((string, int, string)[])[
            ("while :; do echo endless; done", 1, "hook ran past specified timeout of 1.0s"),
                ("head -c 100000 /dev/urandom; exit 3", 0, "exit status 3, stdout: "),
                ("printf '\\033[2J\\000\\033]0;x\\007' >&2; exit 3", 0, "exit status 3, stdout: , stderr: "),
            ("printf 'no newline'; exit 3", 0, "exit status 3, stdout: no newline, stderr: "),
                ("head -c 3000000 /dev/zero | tr '\\000' e >&2; exit 3", 0, "stderr: eee"),
                ("exec <&- >&- 2>&-; exit 3", 0, "exit status 3"), ("kill -9 $$", 0, "signal: killed")])
        {
            using var bundle = new OciBundle(config => Add(config, kind, script, timeout), "true");
            Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID");
            Assert.True(result.ExitCode != 0 && result.Error.Contains(reason) && result.Error.Length < 200_000,
                $"{script}: {result.ExitCode}, {result.Error.Length} characters: {result.Error[..Math.Min(result.Error.Length, 2000)]}");
            Assert.DoesNotContain(result.Error, c => char.IsControl(c) && c != '\n');
            Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
        }
        using var deaf =
            new OciBundle(config => Add(config, kind, "exec <&-; head -c 100000 /dev/urandom; head -c 100000 /dev/urandom >&2"), "true");
        deaf.Oci("run", "--bundle", deaf.Directory, "ID").Succeeds();
    }

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_hook_that_fails_in_start_leaves_no_container(string kind)
    {
        if (!OciBundle.IsOurs) return;   // runc 1.1.5 leaves one that has stopped
        using var directory = new TemporaryDirectory();
        using var bundle = new OciBundle(config =>
        {
            Add(config, kind, "exit 3");
            Add(config, "poststop", $"echo over >{directory["said"]}");
        }, "sleep", "1000");
        bundle.Make("create");
        Assert.Contains($"error running {kind} hook #0: exit status 3", bundle.Oci("start", "ID").Exits(1).Error);
        Assert.Contains("does not exist", bundle.Oci("state", "ID").Error);
        Assert.Equal("over\n", directory.Read("said"));
    }

    [Theory]
    [InlineData("prestart", "/proc/$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')/root")]
    [InlineData("createContainer", "")]
    public void A_hook_finds_the_mounts_below_the_path_of_the_root(string kind, string outside)
    {
        if (kind == "prestart" && Kernel.Uid != 0) return;   // who looks into a process of a user namespace must be root outside
        using var bundle = new OciBundle(config =>
        {
            config["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/tmp", ["type"] = "tmpfs", ["source"] = "tmpfs" });
            Add(config, kind, $"at={outside}{Rootfs.Busybox}; test -e $at/proc/1/status && echo from the hook >$at/tmp/it");
        }, "cat", "/tmp/it");
        Assert.Equal("from the hook\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    [Fact]
    public void What_a_hook_mounts_in_the_root_is_mounted_in_the_container()
    {
        using var bundle = new OciBundle(
            config => Add(config, "createContainer", $"mount -t tmpfs tmpfs {Rootfs.Busybox}/tmp && echo mounted >{Rootfs.Busybox}/tmp/it"),
            "cat", "/tmp/it");
        Assert.Equal("mounted\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void A_hook_is_killed_when_its_time_is_over(string kind)
    {
        using var bundle = new OciBundle(config => Add(config, kind, "exec sleep 1000", timeout: 1), "true");
        Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("hook ran past specified timeout of 1.0s", result.Error);
    }

    [Theory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void A_hook_that_is_not_there_is_named(string kind)
    {
        using var bundle =
            new OciBundle(config => config["hooks"] = JsonNode.Parse($$"""{"{{kind}}": [{"path": "/nonexistent"}]}"""), "true");
        Assert.Contains("fork/exec /nonexistent: no such file or directory", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Error);
    }

    [Fact]
    public void A_failure_after_the_end_is_a_warning_and_the_others_still_run()
    {
        using var directory = new TemporaryDirectory();
        using var bundle = new OciBundle(config =>
        {
            Add(config, "poststop", "exit 3");
            Add(config, "poststop", $"echo second >{directory["said"]}");
        }, "true");
        Assert.Contains("exit status 3", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Error);
        if (OciBundle.IsOurs) Assert.Equal("second\n", directory.Read("said"));   // runc 1.1.5 stops at the first
    }

    [Fact]
    public void What_a_hook_leaves_behind_holds_nobody_up()
    {
        using var bundle = new OciBundle(config => Add(config, "createRuntime", "sleep 1 & exit 0"), "true");
        if (OciBundle.IsOurs) bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0);
    }

    [Theory]
    [InlineData("prestart", "the runtime's")]
    [InlineData("createRuntime", "the runtime's")]
    [InlineData("createContainer", "the container's")]
    [InlineData("startContainer", "the container's")]
    [InlineData("poststart", "the runtime's")]
    [InlineData("poststop", "the runtime's")]
    public void A_hook_without_an_environment_has(string kind, string whose)
    {
        Assert.Equal(whose + "\n", Said(kind, hook => hook.Remove("env")));
        if (OciBundle.IsOurs) Assert.Equal("\n", Said(kind, hook => hook["env"] = new JsonArray()));
    }

    /// <summary>$WHOSE of a hook, which the runtime has, and the container too.</summary>
    private static string Said(string kind, Action<JsonObject> edit)
    {
        using var directory = new TemporaryDirectory();
        using var bundle = new OciBundle(config =>
        {
            config["process"]!["env"] = new JsonArray("PATH=/bin:/usr/bin", "WHOSE=the container's");
            config["mounts"]!.AsArray()
                .Add(new JsonObject { ["destination"] = "/tmp/said", ["type"] = "bind", ["source"] = directory.Path,
                    ["options"] = new JsonArray("bind", "rw") });
            config["mounts"]!.AsArray().Insert(0, new JsonObject { ["destination"] = "/tmp", ["type"] = "tmpfs", ["source"] = "tmpfs" });
            Add(config, kind, $"echo $WHOSE >{(kind == "startContainer" ? "/tmp/said" : directory.Path)}/it");
            edit(config["hooks"]![kind]![0]!.AsObject());
        }, "true");
        var how = new Start { Environment = { ["WHOSE"] = "the runtime's" } };
        Support.Minirun.Other(how, OciBundle.Program, "--root", bundle.Root, "run", "--bundle", bundle.Directory, bundle.Id).Exits(0);
        return directory.Read("it");
    }

    private static void Add(JsonObject config, string kind, string script, int timeout = 0)
    {
        var hook = new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", script),
            ["env"] = new JsonArray("PATH=/usr/bin:/bin", "K=V") };
        if (timeout > 0) hook["timeout"] = timeout;
        JsonObject hooks = config["hooks"] as JsonObject ?? new JsonObject();
        config["hooks"] = hooks;
        JsonArray list = hooks[kind] as JsonArray ?? new JsonArray();
        hooks[kind] = list;
        list.Add(hook);
    }
}
