using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// A seccomp profile that was written for the command, or before minirun's own system calls were there: it need not know how a container is
/// made.
/// </summary>
public sealed class SmallProfileTests
{
    /// <summary>What cat(1) of busybox makes; and what ends the making of a container: its capabilities, and execve.</summary>
    private static readonly string[] s_calls =
    [
        "execve", "capset", "prctl",
        "arch_prctl", "brk", "close", "dup", "exit", "exit_group", "fcntl", "fstat", "getpid", "getrandom", "getuid", "geteuid", "getgid",
            "getegid", "ioctl", "mmap", "mprotect", "munmap", "newfstatat", "open",
        "openat", "pread64", "prlimit64", "read", "readlink", "readlinkat", "rseq", "rt_sigaction", "rt_sigprocmask", "sendfile",
            "set_robust_list", "set_tid_address", "setgid", "setuid", "stat", "uname", "write",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_enough_that_the_profile_knows_the_calls_of_the_command(bool noNewPrivileges)
    {
        using OciBundle bundle = Bundle(noNewPrivileges, "cat", "/proc/self/status");
        string[] lines = bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Lines;
        Assert.Contains("CapPrm:\t0000000000000020", lines);
        Assert.Contains("CapEff:\t0000000000000020", lines);
        Assert.Contains("Seccomp:\t2", lines);
        Assert.Contains("NoNewPrivs:\t" + (noNewPrivileges ? 1 : 0), lines);
    }

    [Fact]
    public void So_it_is_for_one_that_waits_for_its_start()
    {
        using OciBundle bundle = Bundle(false, "cat", "/proc/self/status").Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Out.Contains("Seccomp:\t2\n")), bundle.Out);
        Assert.Contains("CapEff:\t0000000000000020\n", bundle.Out);
    }

    [Fact]
    public void And_for_a_process_that_joins()
    {
        using OciBundle bundle = Bundle(false, "cat", "/dev/ptmx").Make("create", "start");
        string[] lines = bundle.Oci("exec", "ID", "cat", "/proc/self/status").Exits(0).Lines;
        Assert.Contains("CapEff:\t0000000000000020", lines);
        Assert.Contains("Seccomp:\t2", lines);
    }

    private static OciBundle Bundle(bool noNewPrivileges, params string[] command) => new(config =>
    {
        config["process"]!["noNewPrivileges"] = noNewPrivileges;
        foreach (string set in (string[])["bounding", "permitted", "effective"])
            config["process"]!["capabilities"]![set] = new JsonArray("CAP_KILL");
        config["process"]!["capabilities"]!.AsObject().Remove("ambient");
        config["linux"]!["seccomp"] = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ERRNO",
            ["syscalls"] = new JsonArray(new JsonObject { ["names"] = new JsonArray([.. s_calls.Select(name => JsonValue.Create(name))]),
                ["action"] = "SCMP_ACT_ALLOW" }),
        };
    }, command);
}
