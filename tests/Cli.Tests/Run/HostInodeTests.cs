using Minirun.Cli.Tests.Oci;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Nothing of the host's that a container gets without having asked for it can be changed by it, or held.</summary>
public sealed class HostInodeTests
{
    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--ephemeral")]
    [InlineData("--read-only")]
    [InlineData("--userns host")]
    [InlineData("--userns single")]
    [InlineData("--device /dev/fuse")]
    [InlineData("--cap-add ALL --security-opt seccomp=unconfined")]
    [InlineData("--ipc host --net none")]
    public void Of_a_run(string flags)
    {
        using var rootfs = new TemporaryRootfs();
        string[] words =
            [Programs.Minirun, "run", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), rootfs.Path, "/probe", "change-mounts"];
        Check(HostStandIn.Run("\"$@\"", words), atLeast: 6);
    }

    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--ephemeral --device /dev/fuse")]
    public void Of_a_background_container_and_what_is_executed_in_it(string flags)
    {
        using var rootfs = new TemporaryRootfs();
        using var state = new TemporaryDirectory();
        const string line = """
            export MINIRUN_ROOT=$3; "$1" run -d --name n $4 "$2" /probe sleep >&2 || exit 98
            "$1" exec n /probe change-mounts; status=$?; "$1" exec n sh -c 'chmod 600 /proc/self/fd/0' 2>&1; "$1" rm -f n >&2; exit $status
            """;
        Check(HostStandIn.Run(line, Programs.Minirun, rootfs.Path, state.Path, flags), atLeast: 6);
    }

    [TheoryRequires(Need.Root)]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_bundle(bool userNamespace)
    {
        using var bundle = new MountBundle();
        if (userNamespace) bundle.WithUserNamespace(0);
        bundle.With("maskedPaths", new System.Text.Json.Nodes.JsonArray("/proc/keys", "/proc/kcore", "/proc/timer_list"));
        Check(HostStandIn.Run("\"$@\"", bundle.Command("/probe change-mounts; chmod 600 /proc/self/fd/0 || true")), atLeast: 1);
    }

    /// <summary>Descriptors are doors as well: stdin may be the host's /dev/null.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--userns host")]
    public void Nor_through_stdin(string flags)
    {
        using var rootfs = new TemporaryRootfs();
        string[] words = [Programs.Minirun, "run", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), rootfs.Path, "sh", "-c",
            "! chmod 600 /proc/self/fd/0"];
        Check(HostStandIn.Run("\"$@\"", words), atLeast: 0);
    }

    [TheoryRequires(Need.Root)]
    [InlineData("null", "echo x >/dev/null && cat /dev/null")]
    [InlineData("zero", "head -c 4 /dev/zero | wc -c | grep -x 4")]
    [InlineData("full", "! echo x 2>/dev/null >/dev/full")]
    [InlineData("urandom", "head -c 4 /dev/urandom | wc -c | grep -x 4 && echo x >/dev/urandom")]
    public void Devices_read_and_write_all_the_same(string device, string script) =>
        Assert.True(Container.Run(["--device", "/dev/" + device], "sh", "-c", script).ExitCode == 0, device);

    /// <summary>
    /// A lease takes no right but to be the owner, so docs/security.md says what is left: uid 0 that is root outside owns the host's /sys,
    /// where it is shown because the network is the host's, and its own control groups.
    /// </summary>
    [TheoryRequires(Need.Root)]
    [InlineData("", "/sys/kernel")]
    [InlineData("--userns host", "/sys/kernel")]
    [InlineData("--userns single", "/sys/kernel")]
    [InlineData("--cap-drop ALL", "/sys/kernel")]
    [InlineData("-m 64m", "/sys/kernel /sys/fs/cgroup")]
    [InlineData("-m 64m --net none", "/sys/fs/cgroup")]
    [InlineData("--net none", "")]
    [InlineData("--net none --userns host", "")]
    [InlineData("-m 64m -u 1000", "")]
    [InlineData("-m 64m --userns 0:100000:65536", "")]
    public void What_can_be_held_of_the_hosts_is_what_the_documentation_says(string flags, string expected)
    {
        string[] words = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string own = Container.Sh(words, "stat -c %d /sys"), host = Support.Minirun.Other("stat", "-c", "%d", "/sys").Succeeds().Lines[0];
        Result result = Container.Run(words, "/probe", "can-hold", "/sys/kernel", "/sys/fs/cgroup").Succeeds();
        // A sysfs of a network namespace of its own has inodes of its own: who holds them holds nobody else.
        IEnumerable<string[]> lines = result.Lines.Select(line => line.Split(' '));
        IEnumerable<string[]> held = lines.Where(line => line[1] == "some" && (line[0] == "/sys/fs/cgroup" || own == host));
        Assert.Equal(expected, string.Join(' ', held.Select(line => line[0])));
    }

    [Requires(Need.User)]
    public void An_ordinary_users_container_holds_nothing_of_the_hosts()
    {
        Result result = Container.Run([], "/probe", "can-hold", "/sys/kernel", "/sys/fs/cgroup");
        Assert.Equal(["/sys/kernel none", "/sys/fs/cgroup none"], result.Succeeds().Lines);
    }

    /// <param name="result">Of <see cref="HostStandIn.Run"/>.</param>
    /// <param name="atLeast">So many mounts of the host's are seen inside: or the test would look at nothing.</param>
    private static void Check(Result result, int atLeast)
    {
        result.Exits(0);
        string[] before = [.. result.Lines.Where(line => line.StartsWith("BEFORE ")).Select(line => line["BEFORE ".Length..])];
        string[] after = [.. result.Lines.Where(line => line.StartsWith("AFTER ")).Select(line => line["AFTER ".Length..])];
        Assert.NotEmpty(before);
        Assert.Equal(before, after);
        string[] host = [.. before.Select(line => Inode(line.Split(' ')[1]))];
        string[][] inside = [
            .. result.Lines.Select(line => line.Split(' '))
                .Where(words => words.Length == 4 && words[1] is "file" or "node" or "directory")];
        string[][] ofHost = [.. inside.Where(words => host.Contains(words[0]))];
        Assert.True(ofHost.Length >= atLeast, result.ToString());
        Assert.All(ofHost, words => Assert.True(words[1] == "node" && words[3] == "", string.Join(' ', words)));
    }

    /// <summary>MAJOR:MINOR:INODE of DEVICE:INODE, as stat(1) has it.</summary>
    private static string Inode(string text)
    {
        ulong device = ulong.Parse(text.Split(':')[0]);
        return $"{device >> 8 & 0xfff}:{(device & 0xff) | (device >> 12 & 0xfff00)}:{text.Split(':')[1]}";
    }
}
