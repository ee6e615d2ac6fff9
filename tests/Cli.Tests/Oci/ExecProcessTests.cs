using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>The document of a process that joins, as it finds itself.</summary>
public sealed class ExecProcessTests
{
    [Fact]
    public void Limits_are_set() =>
        Assert.Equal("100 200\n",
            Exec("echo $(ulimit -Sn) $(ulimit -Hn)", ("rlimits", """[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]"""))
                .Exits(0).Out);

    /// <summary>As in a bundle: a newer kernel's, or a typing mistake.</summary>
    [Fact]
    public void A_capability_that_there_is_not_is_a_warning()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Result result = bundle.Oci("exec", "--cap", "CAP_OF_TOMORROW", "ID", "echo", "on").Exits(0);
        Assert.Equal("on\n", result.Out);
        if (OciBundle.IsOurs) Assert.Contains("CAP_OF_TOMORROW", result.Error);
    }

    [Requires(Need.User)]
    public void An_oom_score_that_only_root_may_set_is_a_warning()
    {
        Result result = Exec("cat /proc/self/oom_score_adj", ("oomScoreAdj", "-500")).Exits(0);
        Assert.Equal("0\n", result.Out);
        Assert.Contains("process.oomScoreAdj: cannot set -500, the score stays 0", result.Error);
    }

    [Fact]
    public void The_oom_score_is_set()
    {
        if (!OciBundle.IsOurs) return;   // runc 1.1.5 gives the container's
        Assert.Equal("700\n", Exec("cat /proc/self/oom_score_adj", ("oomScoreAdj", "700")).Exits(0).Out);
    }

    [Fact]
    public void Without_one_the_oom_score_is_the_container_s()
    {
        using OciBundle bundle = new OciBundle(config => config["process"]!["oomScoreAdj"] = 600, "sleep", "1000").Make("create", "start");
        Assert.Equal("600\n", bundle.Oci("exec", "ID", "cat", "/proc/self/oom_score_adj").Succeeds().Out);
        if (OciBundle.IsOurs) Assert.Equal("600\n", Exec(bundle, "cat /proc/self/oom_score_adj").Exits(0).Out);
    }

    [Fact]
    public void The_scheduling_policy_is_set()
    {
        if (!OciBundle.IsOurs) return;   // newer than runc 1.1.5
        // Fields of proc_pid_stat(5): nice and policy; 3 is SCHED_BATCH.
        Assert.Equal("7 3\n",
            Exec("cut -d' ' -f19,41 /proc/self/stat", ("scheduler", """{"policy": "SCHED_BATCH", "nice": 7}""")).Exits(0).Out);
    }

    [Fact]
    public void The_io_priority_is_set()
    {
        if (!OciBundle.IsOurs) return;
        Assert.Equal("idle\n",
            Exec("ionice -p $$ | sed 's/: prio.*//'", ("ioPriority", """{"class": "IOPRIO_CLASS_IDLE", "priority": 0}""")).Exits(0).Out);
    }

    [Requires(Need.TwoProcessors)]
    public void The_processors_are_set()
    {
        if (!OciBundle.IsOurs) return;   // newer, too
        Assert.Equal("1\n", Exec("nproc", ("execCPUAffinity", """{"initial": "0-1", "final": "0"}""")).Exits(0).Out);
    }

    [Requires(Need.TwoProcessors)]
    public void Without_any_it_runs_on_all_of_them()
    {
        if (!OciBundle.IsOurs) return;   // newer, too
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        string all = Support.Minirun.Other("nproc").Succeeds().Out;
        string[] exec = ["-c", "0", OciBundle.Program, "--root", bundle.Root, "exec", bundle.Id, "nproc"];
        Assert.Equal(all, Support.Minirun.Other("taskset", exec).Exits(0).Out);
    }

    [Fact]
    public void No_new_privileges_and_the_umask_are_set()
    {
        if (!OciBundle.IsOurs) return;   // nor does it look at the umask
        Assert.Equal("NoNewPrivs: 1\n0077\n",
            Exec("/probe caps | grep NoNew; umask", ("noNewPrivileges", "true"), ("user", """{"uid": 0, "gid": 0, "umask": 63}"""))
                .Exits(0).Out);
        Assert.Equal("NoNewPrivs: 0\n0022\n", Exec("/probe caps | grep NoNew; umask", ("noNewPrivileges", "false")).Exits(0).Out);
    }

    [Fact]
    public void A_profile_without_AppArmor_is_an_error_that_says_so()
    {
        if (!OciBundle.IsOurs || File.Exists("/sys/module/apparmor/parameters/enabled")) return;
        const string says = "AppArmor is not enabled on this machine";
        Assert.Contains(says, Exec("echo runs", ("apparmorProfile", "\"minirun-default\"")).Exits(255).Error);
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Result result = bundle.Oci("exec", "--apparmor", "minirun-default", "ID", "echo", "runs").Exits(255);
        Assert.Contains(says, result.Error);
        Assert.Empty(result.Out);
    }

    [Fact]
    public void A_label_without_SELinux_is_an_error_in_the_words_of_runc()
    {
        if (Directory.Exists("/sys/fs/selinux")) return;
        const string says = "selinux label is specified in config, but selinux is disabled or not supported",
            label = "system_u:system_r:container_t:s0";
        Assert.Contains(says, Exec("echo runs", ("selinuxLabel", $"\"{label}\"")).Exits(255).Error);
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Assert.Contains(says, bundle.Oci("exec", "--process-label", label, "ID", "echo", "runs").Exits(255).Error);
    }

    private static Result Exec(string script, params (string Field, string Json)[] fields)
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        return Exec(bundle, script, fields);
    }

    private static Result Exec(OciBundle bundle, string script, params (string Field, string Json)[] fields)
    {
        var process = new JsonObject { ["args"] = new JsonArray("sh", "-c", script), ["cwd"] = "/",
            ["env"] = new JsonArray("PATH=/bin:/usr/bin"), ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 } };
        foreach (var (field, json) in fields) process[field] = JsonNode.Parse(json);
        string file = Path.Combine(bundle.Directory, "process.json");
        File.WriteAllText(file, process.ToJsonString());
        return bundle.Oci("exec", "--process", file, "ID");
    }
}
