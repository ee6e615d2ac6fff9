using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>
/// What is no number that a flag can take is refused, by every flag and every key of a container file: NaN was no limit at all.
/// </summary>
public sealed class NumberTests
{
    private static readonly string[] s_none =
    [
        "NaN", "nan", "-NaN", "Infinity", "-Infinity", "∞", "inf", "1e3", "1e400", "0x10", "１", " 5", "5 ", "1_000", "--5", "5.5.5", "",
            ".",
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999999999999999999",
    ];

    /// <summary>Keys by the flag that they stand for.</summary>
    private static readonly Dictionary<string, string> s_keys = new()
    {
        ["--memory"] = "mem_limit", ["--memory-swap"] = "memswap_limit", ["--memory-reservation"] = "mem_reservation",
            ["--memory-swappiness"] = "mem_swappiness",
        ["--cpus"] = "cpus", ["--cpu-shares"] = "cpu_shares", ["--cpu-period"] = "cpu_period", ["--cpu-quota"] = "cpu_quota",
            ["--pids-limit"] = "pids_limit",
        ["--cpuset"] = "cpuset", ["--timeout"] = "timeout", ["--umask"] = "umask", ["--nice"] = "nice", ["--preserve-fds"] = "preserve_fds",
        ["--oom-score-adj"] = "oom_score_adj", ["--stop-timeout"] = "stop_grace_period",
    };

    [Fact]
    public void Flags_refuse_what_is_no_number()
    {
        using var root = new EngineRoot();
        string[] flags = [.. Flags("N|NUMBER|SIZE|US|SECONDS|DURATION|OCTAL|LIST").Where(flag => flag != "--ns")];
        Assert.Contains("--cpus", flags);
        Assert.Contains("--health-retries", flags);
        Assert.True(flags.Length > 20, string.Join(' ', flags));
        foreach (string flag in flags)
            foreach (string value in s_none)
                AssertRefused(root.Run("create", flag + "=" + value, Rootfs.Busybox, "true"), $"{flag}={value}");
    }

    [Fact]
    public void Keys_of_a_container_file_refuse_it_too()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (flag, key) in s_keys)
        {
            Assert.Contains(flag, Flags("[A-Z]+"));
            foreach (string value in s_none)
            {
                File.WriteAllText(directory["container.yaml"], $"rootfs: {Rootfs.Busybox}\n{key}: \"{value}\"\ncommand: [\"true\"]\n");
                AssertRefused(Minirun.Run("run", "--dry-run", "-f", directory["container.yaml"]), $"{key}: {value}");
            }
        }
    }

    /// <summary>A rate of a disk; the node alone is looked at.</summary>
    [Requires(Need.Root)]
    public void Rates_of_a_disk_are_numbers()
    {
        using var directory = new TemporaryDirectory();
        string node = directory["disk"];
        Minirun.Other("mknod", node, "b", "7", "250").Succeeds();
        foreach (string flag in Flags("DEV:(N|SIZE)"))
            foreach (string value in s_none.Append("-1").Append("0"))
                AssertRefused(Minirun.Run("run", "--dry-run", flag, $"{node}:{value}", Rootfs.Busybox, "true"), $"{flag} {value}");
    }

    /// <summary>Docker's 0 is no limit.</summary>
    [Requires(Need.Root)]
    public void No_limit_of_processes_has_two_names()
    {
        foreach (string none in (string[])["0", "-1"])
            Assert.Contains("\"limit\": -1",
                Minirun.Run("run", "--print-spec", "--pids-limit", none, Rootfs.Busybox, "true").Succeeds().Out);
        using var root = new EngineRoot();
        root.Detached(["--name", "web", "--pids-limit", "20"], "sleep", "1000");
        root.Run("update", "--pids-limit", "0", "web").Succeeds();
        Assert.Equal("max\n",
            root.Run("exec", "web", "sh", "-c", "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true")
                .Succeeds().Out);
    }

    private static void AssertRefused(Result result, string what)
    {
        Assert.True(result.ExitCode == 125, $"{what}: exit code {result.ExitCode}: {result.Error}");
        Assert.StartsWith("minirun: ", result.Error);
        Assert.DoesNotContain("Exception", result.Error);
    }

    private static string[] Flags(string kinds) =>
        [.. HelpFlags.Of("run").Where(flag => Regex.IsMatch(flag.Kind, $"^({kinds})$")).Select(flag => flag.Name)];
}
