using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>The process of a document, as it finds itself.</summary>
public sealed class ProcessTests
{
    [Requires(Need.Root)]
    public void User_groups_and_umask_are_those_of_the_document() =>
        Assert.Equal(["33 44 44,5", "0027"],
            Run("echo $(id -u) $(id -g) $(id -G | tr ' ' ,); umask",
                ("user", """{"uid": 33, "gid": 44, "umask": 23, "additionalGids": [5]}""")));

    [Fact]
    public void Without_a_umask_it_is_022() => Assert.Equal(["0022"], Run("umask"));

    [Fact]
    public void Home_is_from_the_containers_passwd_when_the_document_has_none() =>
        Assert.Equal(["/root"], Run("echo $HOME", ("env", """["PATH=/bin:/usr/bin", "HOME="]""")));

    [Fact]
    public void The_last_value_of_a_variable_counts() =>
        Assert.Equal(["A=2"], Run("env | grep ^A=", ("env", """["PATH=/bin:/usr/bin", "A=1", "A=2"]""")));

    [Fact]
    public void Inheritable_capabilities_are_never_filled_from_another_set() =>
        Assert.Equal(
            ["CapInh: 0000000000000000", "CapPrm: 0000000000000021", "CapEff: 0000000000000021", "CapBnd: 0000000000000021",
                "CapAmb: 0000000000000000"],
            Run("grep ^Cap /proc/self/status", ("capabilities", Capabilities("""["CAP_CHOWN", "CAP_KILL"]""", "[]"))));

    [Requires(Need.Root)]
    public void Ambient_capabilities_stay_with_a_user_that_is_not_root() =>
        Assert.Equal(
            ["CapInh: 0000000000000001", "CapPrm: 0000000000000001", "CapEff: 0000000000000001", "CapBnd: 0000000000000021",
                "CapAmb: 0000000000000001"],
            Run("grep ^Cap /proc/self/status", ("user", """{"uid": 33, "gid": 33}"""),
                ("capabilities", Capabilities("""["CAP_CHOWN", "CAP_KILL"]""", """["CAP_CHOWN"]"""))));

    [Fact]
    public void An_unknown_capability_is_a_warning()
    {
        using var bundle = new OciBundle(
            config => config["process"]!["capabilities"] = JsonNode.Parse(Capabilities("""["CAP_KILL", "CAP_FOO"]""", "[]")), "true");
        Assert.Contains("CAP_FOO", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Error);
    }

    [Fact]
    public void A_limit_that_may_not_be_raised_is_a_warning()
    {
        if (!OciBundle.IsOurs) return;   // runc ends there
        using var bundle = new OciBundle(
            config => config["process"]!["rlimits"] = JsonNode.Parse("""[{"type": "RLIMIT_NOFILE", "soft": 512, "hard": 4000000000}]"""),
            "sh", "-c", "ulimit -Sn");
        Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0);
        Assert.Equal("512\n", result.Out);
        Assert.Contains("cannot set the limit nofile", result.Error);
    }

    /// <summary>An engine's own processors are not the container's.</summary>
    [Requires(Need.TwoProcessors)]
    public void It_runs_on_every_processor_whatever_the_caller_is_kept_to()
    {
        if (!OciBundle.IsOurs) return;   // newer than runc 1.1.5
        using var bundle = new OciBundle("grep", "Cpus_allowed_list", "/proc/self/status");
        string all = Support.Minirun.Other("grep", "Cpus_allowed_list", "/proc/self/status").Succeeds().Out;
        Result result = Support.Minirun.Other("taskset", "-c", "0", OciBundle.Program, "--root", bundle.Root, "run",
            "--bundle", bundle.Directory, bundle.Id);
        Assert.Equal(all, result.Exits(0).Out);
    }

    [Fact]
    public void Limits_are_set() =>
        Assert.Equal(["100 200"],
            Run("echo $(ulimit -Sn) $(ulimit -Hn)", ("rlimits", """[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]""")));

    [Fact]
    public void No_new_privileges_is_set_or_not()
    {
        Assert.Equal(["NoNewPrivs: 1"], Run("grep NoNewPrivs /proc/self/status", ("noNewPrivileges", "true")));
        Assert.Equal(["NoNewPrivs: 0"], Run("grep NoNewPrivs /proc/self/status", ("noNewPrivileges", "false")));
    }

    [Fact]
    public void The_oom_score_is_set() => Assert.Equal(["700"], Run("cat /proc/self/oom_score_adj", ("oomScoreAdj", "700")));

    [Fact]
    public void The_scheduling_policy_is_set()
    {
        if (!OciBundle.IsOurs) return;   // newer than runc 1.1.5
        // Fields of proc_pid_stat(5): nice and policy; 3 is SCHED_BATCH.
        Assert.Equal(["7 3"], Run("cut -d' ' -f19,41 /proc/self/stat", ("scheduler", """{"policy": "SCHED_BATCH", "nice": 7}""")));
    }

    [Fact]
    public void The_io_priority_is_set()
    {
        if (!OciBundle.IsOurs) return;
        Assert.Equal(["idle"],
            Run("ionice -p $$ | sed 's/: prio.*//'", ("ioPriority", """{"class": "IOPRIO_CLASS_IDLE", "priority": 0}""")));
    }

    [Fact]
    public void A_profile_without_AppArmor_is_an_error_that_says_so()
    {
        if (!OciBundle.IsOurs || File.Exists("/sys/module/apparmor/parameters/enabled")) return;
        using var bundle = new OciBundle(config => config["process"]!["apparmorProfile"] = "minirun-default", "true");
        Assert.Contains("AppArmor is not enabled on this machine", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(1).Error);
    }

    [Fact]
    public void A_label_without_SELinux_is_an_error_in_the_words_of_runc()
    {
        if (Directory.Exists("/sys/fs/selinux")) return;
        using var bundle = new OciBundle(config => config["process"]!["selinuxLabel"] = "system_u:system_r:container_t:s0", "true");
        Assert.Contains("selinux label is specified in config, but selinux is disabled or not supported",
            bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(1).Error);
    }

    [Requires(Need.Root)]
    public void Kernel_parameters_of_its_own_namespaces_are_set() =>
        Assert.Equal(["1", "12345"],
            RunWith(config => config["linux"]!["sysctl"] = JsonNode.Parse("""{"net.ipv4.ip_forward": "1", "kernel.shmmni": "12345"}"""),
                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni"));

    [Fact]
    public void The_domain_name_is_set()
    {
        if (!OciBundle.IsOurs) return;
        Assert.Equal(["camp"], RunWith(config => config["domainname"] = "camp", "cat /proc/sys/kernel/domainname"));
    }

    [Requires(Need.Root)]
    public void Clocks_are_shifted_in_a_time_namespace()
    {
        if (!OciBundle.IsOurs) return;
        string uptime = RunWith(config =>
        {
            config["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type": "time"}"""));
            config["linux"]!["timeOffsets"] = JsonNode.Parse("""{"boottime": {"secs": 864000000}}""");
        }, "cut -d. -f1 /proc/uptime")[0];
        Assert.True(long.Parse(uptime) > 864000000, uptime);
    }

    [Fact]
    public void The_personality_is_that_of_32_bits()
    {
        if (!OciBundle.IsOurs) return;
        Assert.Equal(["i686"],
            RunWith(config => config["linux"]!["personality"] = JsonNode.Parse("""{"domain": "LINUX32"}"""), "uname -m"));
    }

    private static string Capabilities(string set, string ambient) =>
        $$"""{"bounding": {{set}}, "permitted": {{set}}, "effective": {{set}}, "inheritable": {{ambient}}, "ambient": {{ambient}}}""";

    private static string[] Run(string script, params (string Field, string Json)[] changes) => RunWith(config =>
    {
        foreach (var (field, json) in changes) config["process"]![field] = JsonNode.Parse(json);
    }, script);

    private static string[] RunWith(Action<JsonObject> edit, string script)
    {
        using var bundle = new OciBundle(edit, "sh", "-c", script);
        return [.. bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Lines.Select(line => line.Replace('\t', ' '))];
    }
}
