using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Cgroups;

using Minirun = Support.Minirun;

/// <summary>
/// Whoever may unmount what covers the control groups in the host's /sys finds nothing of the host's below: in each form that shows it.
/// </summary>
public sealed class HostSysTests
{
    /// <summary>
    /// How often it came off, then what is there, and that the rest of /sys is. Nothing is written: a wall with a hole must not harm the
    /// machine.
    /// </summary>
    private const string Uncover = """
        n=0
        while [ $n -lt 9 ] && umount -l /sys/fs/cgroup 2>/dev/null; do n=$((n + 1)); done
        find /sys/fs/cgroup -mindepth 1 | head -n 3
        [ -d /sys/class/net/lo ] && [ -d /sys/devices/system/cpu ] && [ -d /sys/fs/cgroup ] && echo sys
        [ $n -gt 0 ] && echo uncovered
        """;

    private const string Wanted = "sys\nuncovered\n";

    public static TheoryData<string> Forms => [.. AllForms()];

    public static TheoryData<string, string> OtherRuntimes
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string runtime in (string[])["runc", "crun"])
                foreach (string form in AllForms())
                {
                    // A user's runc gives a fifo of its own to id 0, which is not the user's then.
                    bool can = Kernel.Uid == 0 || !form.Contains("keep-id");
                    if (can && Needs.Missing(runtime == "runc" ? Need.Runc : Need.Crun) is null) all.Add(runtime, form);
                }
            return all;
        }
    }

    private static IEnumerable<string> AllForms()
    {
        string[] rights = ["--privileged", "--cap-add SYS_ADMIN --security-opt seccomp=unconfined"];
        string[] users = Kernel.Uid == 0 ? ["", "--userns host", "--userns 0:100000:65536", "--userns keep-id"] : ["", "--userns keep-id"];
        string[] limits = Kernel.Uid == 0 ? ["", "--memory 64m", "--memory 64m --cgroupns host"] : [""];
        return from right in rights from user in users from limit in limits select $"{right} {user} {limit}";
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Nothing_of_the_hosts_is_under_the_cover(string form)
    {
        string[] options = form.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (options.Contains("keep-id")) options = [.. options, "-u", "0"];
        Assert.Equal(Wanted, Container.Run(options, "sh", "-c", Uncover).Exits(0).Out);
        using var root = new EngineRoot();
        root.Detached(["--name", "web", "--net", "host", .. options], "sleep", "1000");
        Assert.Equal(Wanted, root.Run("exec", "web", "sh", "-c", Uncover).Exits(0).Out);
    }

    /// <summary>In its first start, in the next, and for who enters it.</summary>
    [TheoryRequires(Need.Runc)]
    [MemberData(nameof(OtherRuntimes))]
    public void Nor_where_another_runtime_mounts(string runtime, string form)
    {
        if (form.Contains("keep-id")) form += " -u 0";
        string[] options = form.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var root = new EngineRoot();
        string expected = "";
        string[] give =
            ["--name", "web", "--runtime", runtime, "--net", "host", .. options, Rootfs.Busybox, "sh", "-c", Uncover + "\nsleep 1000"];
        root.Run(["create", .. give]).Exits(0);
        foreach (string verb in (string[])["start", "restart -t 0"])
        {
            root.Run([.. verb.Split(' '), "web"]).Exits(0);
            expected += Wanted;
            Assert.True(Deadline.Wait(() => root.Run("logs", "web").Out.Length >= expected.Length), root.Run("logs", "web").ToString());
        }
        Assert.Equal(expected, root.Run("logs", "web").Out);
        // runc gives no more than there is, and on some machines root has not all capabilities.
        if (!form.Contains("--userns host")) Assert.Equal("sys\n", root.Run("exec", "--privileged", "web", "sh", "-c", Uncover).Out);
    }

    /// <summary>The container has no right to mount, and who enters it has.</summary>
    [Requires(Need.Root)]
    public void Nor_for_an_exec_with_more_rights_than_the_container_has()
    {
        using var root = new EngineRoot();
        root.Detached(["--name", "web", "--security-opt", "seccomp=unconfined"], "sleep", "1000");
        Assert.Equal(Wanted, root.Run("exec", "--privileged", "web", "sh", "-c", Uncover).Exits(0).Out);
    }

    /// <summary>As an engine for ordinary users writes it, whose container has the host's network.</summary>
    [Theory]
    [InlineData("mount")]
    [InlineData("mask")]
    public void Nor_in_a_bundle_that_binds_it(string cover)
    {
        using OciBundle bundle = new(config =>
        {
            JsonArray mounts = config["mounts"]!.AsArray(), masked = config["linux"]!["maskedPaths"]!.AsArray();
            foreach (JsonNode? sys in mounts.Where(mount => ((string?)mount!["destination"])!.StartsWith("/sys", StringComparison.Ordinal))
                .ToArray())
                mounts.Remove(sys);
            mounts.Add(Mount("/sys", "bind", "/sys", "rbind", "nosuid", "noexec", "nodev", "rro"));
            if (cover == "mount") mounts.Add(Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro"));
            else masked.Add("/sys/fs/cgroup");
            JsonArray namespaces = config["linux"]!["namespaces"]!.AsArray();
            foreach (JsonNode? net in namespaces.Where(each => (string?)each!["type"] == "network").ToArray()) namespaces.Remove(net);
            foreach (string set in (string[])["bounding", "effective", "permitted"])
                config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_ADMIN");
        }, "sh", "-c", Uncover);
        Assert.Equal(Wanted, bundle.Oci("run", "--bundle", bundle.Directory, "ID").Exits(0).Out);
    }

    /// <summary>Where the kernel gives no new sysfs, the outer container's is shown.</summary>
    [Requires(Need.Root)]
    public void Nor_in_a_container_that_is_shown_the_sysfs_of_an_outer_one()
    {
        using var rootfs = new TemporaryRootfs();
        string[] outer = ["--cap-add=ALL", "--security-opt", "seccomp=unconfined", "--memory", "256m", "--tmpfs", "/sys/kernel"];
        string[] shows = ["-v", $"{Programs.Minirun}:/minirun:ro", "-v", $"{rootfs.Path}:/mnt"];
        const string look = "find /sys/fs/cgroup -mindepth 1; ls -d /sys/class";
        Result result =
            Minirun.Run(["run", .. outer, .. shows, Rootfs.Busybox, "/minirun", "run", "--net", "none", "/mnt", "sh", "-c", look]);
        Assert.Equal("/sys/class\n", result.Exits(0).Out);
        Assert.Contains("sysfs on /sys", result.Error);
    }

    /// <summary>What a user asks for is shown as it is.</summary>
    [Requires(Need.Root)]
    public void A_volume_shows_all() =>
        Assert.NotEqual("", Container.Sh(["-v", "/sys:/sys:ro", "--privileged"], "find /sys/fs/cgroup -mindepth 1 -maxdepth 1"));

    private static JsonObject Mount(string destination, string type, string source, params string[] options) => new()
    {
        ["destination"] = destination,
        ["type"] = type,
        ["source"] = source,
        ["options"] = new JsonArray([.. options.Select(option => JsonValue.Create(option))]),
    };
}
