using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// A startContainer hook is a program of the container's root file system (config.md, "StartContainer Hooks": its path is resolved in the
/// container's namespace), so it is held by the filter that holds the command. The hooks of the runtime are not.
/// </summary>
public sealed class HookFilterTests
{
    private const string Mkdir = """{"names": ["mkdir", "mkdirat"], "action": "ACTION"}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hook_of_the_start_is_held_by_the_filter(bool noNewPrivileges)
    {
        using var bundle = Bundle(noNewPrivileges, "startContainer", Mkdir.Replace("ACTION", "SCMP_ACT_ERRNO"),
            "mkdir /dev/shm/made 2>/dev/null; grep Seccomp: /proc/self/status >/dev/shm/said");
        Assert.Equal("said\nSeccomp:\t2\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hook_that_the_filter_kills_is_said_to_have_made_a_bad_system_call(bool noNewPrivileges)
    {
        using var bundle = Bundle(noNewPrivileges, "startContainer", Mkdir.Replace("ACTION", "SCMP_ACT_KILL"), "exec mkdir /dev/shm/made");
        Result result = bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(1);
        Assert.Contains("error running startContainer hook #0", result.Error);
        Assert.Contains("signal: bad system call", result.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_filter_need_not_allow_what_it_takes_to_run_a_hook(bool noNewPrivileges)
    {
        if (!OciBundle.IsOurs) return;
        const string ours =
            """{"names": ["clone3", "memfd_create", "wait4", "poll", "close_range", "dup3", "lseek"], "action": "SCMP_ACT_KILL"}""";
        // The shell is given its only command to execute: it makes no process.
        using var bundle =
            Bundle(noNewPrivileges, "startContainer", ours, "exec grep Seccomp: /proc/self/status", command: ["cat", "/proc/self/status"]);
        Assert.Contains("Seccomp:\t2\n", bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    [Fact]
    public void A_hook_of_the_runtime_is_not_held_by_the_filter()
    {
        using var directory = new TemporaryDirectory();
        using var bundle =
            Bundle(false, "createContainer", Mkdir.Replace("ACTION", "SCMP_ACT_KILL"), $"mkdir {directory["made"]}", command: ["true"]);
        bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0);
        Assert.True(Directory.Exists(directory["made"]));
    }

    private static OciBundle Bundle(bool noNewPrivileges, string kind, string rule, string script, params string[] command) => new(config =>
    {
        config["process"]!["noNewPrivileges"] = noNewPrivileges;
        config["linux"]!["seccomp"] = JsonNode.Parse($$"""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{{rule}}]}""");
        var hook = new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", script),
            ["env"] = new JsonArray("PATH=/usr/bin:/bin") };
        config["hooks"] = new JsonObject { [kind] = new JsonArray(hook) };
    }, command.Length > 0 ? command : ["sh", "-c", "ls /dev/shm && cat /dev/shm/said"]);
}
