using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A run in the foreground that never came up leaves nothing: neither a container nor the file with its id.</summary>
public sealed class ForegroundTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _here = new();

    public void Dispose()
    {
        _root.Dispose();
        _here.Dispose();
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(127, "-l", "a=b", "ROOTFS", "/no/command")]
    [InlineData(126, "--name", "web", "--restart", "no", "ROOTFS", "/etc/passwd")]
    [InlineData(127, "-v", "data:/data", "ROOTFS", "/no/command")]
    [InlineData(125, "-l", "a=b", "--pidfile", "/no/such/directory/pid", "ROOTFS", "sleep", "1000")]
    [InlineData(125, "--log-driver", "syslog", "--log-opt", "syslog-address=unix:///no/socket", "ROOTFS", "true")]
    [InlineData(125, "-l", "a=b", "-w", "/etc/passwd", "ROOTFS", "true")]
    public void A_start_that_fails_leaves_no_container(int status, params string[] words)
    {
        string cidFile = _here["cid"];
        string[] command = [.. words.Select(word => word == "ROOTFS" ? Rootfs.Busybox : word)];
        foreach (string[] more in (string[][])[[], ["--rm"]])
        {
            if (more.Length > 0 && words.Contains("--restart")) continue;
            _root.Run(["run", "--cidfile", cidFile, .. more, .. command]).Exits(status);
            Assert.Equal("", _root.Run("ps", "-aq").Succeeds().Out);
            Assert.False(File.Exists(cidFile));
        }
    }

    [Requires(Need.UserNamespaces)]
    public void With_too_few_descriptors_no_container_is_left()
    {
        int failed = 0;
        foreach (string[] flags in (string[][])[["--rm", "-l", "a=b"], ["-l", "a=b"]])
            for (int limit = 8; limit <= 24; limit += 2)
            {
                Start how = _root.How with { Before = $"ulimit -n {limit}" };
                Result result = Support.Minirun.Run(how, ["run", .. flags, Rootfs.Busybox, "false"]);
                if (result.ExitCode != 125)
                {
                    _root.Run("container", "prune", "-f").Exits(0);
                    continue;
                }
                failed++;
                Assert.True(_root.Run("ps", "-aq").Succeeds().Out.Length == 0, $"{string.Join(' ', flags)}, {limit}: {result}");
            }
        Assert.NotEqual(0, failed);
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("run", "ROOTFS", "touch", "/ran")]
    [InlineData("run", "-l", "a=b", "ROOTFS", "touch", "/ran")]
    [InlineData("run", "-d", "ROOTFS", "touch", "/ran")]
    [InlineData("create", "ROOTFS", "touch", "/ran")]
    public void A_cidfile_that_is_there_is_refused_before_anything_is_made(string verb, params string[] words)
    {
        using var rootfs = new TemporaryRootfs();
        string path = _here.Write("cid", "another's");
        string[] command = [.. words.Select(word => word == "ROOTFS" ? rootfs.Path : word)];
        _root.Run([verb, "--cidfile", path, .. command]).Fails(125, "--cidfile", "file exists", "another container wrote it");
        Assert.Equal("another's", File.ReadAllText(path));
        Assert.False(File.Exists(rootfs.Path + "/ran"));
        Assert.Equal("", _root.Run("ps", "-aq").Succeeds().Out);
    }

    /// <summary>What docs/run.md says of the flags that keep a container.</summary>
    [Requires(Need.UserNamespaces)]
    public void What_a_monitor_minds_stays_until_it_is_removed_and_nothing_else_does()
    {
        _root.Run("run", "--name", "plain", Rootfs.Busybox, "true").Exits(0);
        Assert.Equal("", _root.Run("ps", "-aq").Succeeds().Out);
        _root.Run("run", "--name", "kept", "-l", "a=b", Rootfs.Busybox, "true").Exits(0);
        _root.Run("run", "--rm", "--name", "gone", "-l", "a=b", Rootfs.Busybox, "true").Exits(0);
        Assert.Equal("kept\n", _root.Run("ps", "-a", "--format", "{{.Names}}").Succeeds().Out);
    }

    /// <summary>As `minirun run` without a monitor says it, and in the same words.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData]
    [InlineData("-l", "a=b")]
    [InlineData("-v", "data:/x")]
    [InlineData("--rm", "-v", "data:/x")]
    public void One_whose_time_is_over_is_told_of(params string[] flags) =>
        Assert.Equal("minirun: the time of --timeout is over: the container is killed\n",
            _root.Run(["run", "--timeout", "300ms", .. flags, Rootfs.Busybox, "sleep", "1000"]).Exits(137).Error);

    [TheoryRequires(Need.Root)]
    [InlineData]
    [InlineData("-l", "a=b")]
    [InlineData("--rm", "-v", "data:/x")]
    public void One_that_takes_too_much_memory_is_told_of(params string[] flags) =>
        Assert.Equal(
            "minirun: out of memory: the container reached its limit of 32 MiB (--memory), and the kernel killed a process of it\n",
            _root.Run(["run", "--memory", "32m", .. flags, Rootfs.Busybox, "sh", "-c", "x=$(head -c 100000000 /dev/zero | tr '\\0' a)"])
                .Exits(137).Error);

    /// <summary>As without a monitor: whoever kills minirun -9, as a build machine does, leaves nothing behind.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("-l a=b", true)]
    [InlineData("-v data:/data", true)]
    [InlineData("-t --restart always", true)]
    [InlineData("-l a=b --die-with-parent=false", false)]
    public void It_dies_with_minirun(string flags, bool dies)
    {
        string[] words =
            ["run", "--name", "web", "--net", "none", .. flags.Split(' '), Rootfs.Busybox, "sh", "-c", "echo up; exec sleep 1000"];
        using RunningProgram minirun = _root.Start(words);
        minirun.AwaitOut("up");
        minirun.Signal(Kernel.SIGKILL);
        minirun.Result();
        if (dies) Assert.True(_root.Becomes("web", ".State.Status", "exited"));
        Assert.Equal(dies ? "exited 137" : "running 0",
            _root.Inspect("web", ".State.Status") + " " + _root.Inspect("web", ".State.ExitCode"));
    }
}
