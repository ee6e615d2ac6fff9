using System.Diagnostics;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>Volumes of the driver `local` that are mounts, and whom they belong to.</summary>
public sealed class LocalVolumeTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    private void Create(string name, string type, string device, string options) =>
        _root.Run("volume", "create", "-o", "type=" + type, "-o", "device=" + device, "-o", "o=" + options, name).Succeeds();

    private Result Run(string volume, string command, string? rootfs = null, string[]? options = null) =>
        _root.Run(["run", "--rm", "-v", volume + ":/data:nocopy", .. options ?? [], rootfs ?? Rootfs.Busybox, "sh", "-c", command]);

    private bool IsMounted(string name) =>
        File.ReadAllText("/proc/self/mountinfo").Contains($"{_root.Path}/volumes/{name}/_data ", StringComparison.Ordinal);

    [Requires(Need.Root)]
    public void A_tmpfs_of_a_size_is_one_for_all_its_containers_and_goes_with_the_last()
    {
        Create("fast", "tmpfs", "tmpfs", "size=1m,mode=0750,noexec");
        _root.Detached(["--name", "web", "-v", "fast:/data:nocopy"], "sh", "-c", "echo hello > /data/f; sleep 1000");
        Assert.True(Deadline.Wait(() => Run("fast", "cat /data/f").Out == "hello\n"));
        string line = Run("fast", "grep ' /data ' /proc/mounts; stat -c %a /data").Exits(0).Out;
        Assert.Matches("^tmpfs /data tmpfs rw,.*noexec.*size=1024k,mode=750.*\n750\n$", line);
        Assert.Contains("No space left", Run("fast", "dd if=/dev/zero of=/data/big bs=1k count=2000").Exits(1).Error,
            StringComparison.Ordinal);
        Assert.True(IsMounted("fast"));
        _root.Run("rm", "-f", "web").Exits(0);
        Assert.True(Deadline.Wait(() => !IsMounted("fast")));
        Assert.Equal("", Run("fast", "ls /data").Exits(0).Out);
        _root.Run("volume", "rm", "fast").Exits(0);
    }

    [Requires(Need.Root)]
    public void A_bind_is_of_a_directory_of_the_host_and_may_be_read_only()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("f", "host\n");
        Create("there", "none", directory.Path, "bind");
        Assert.Equal("host\n", Run("there", "cat /data/f; echo inside > /data/g").Exits(0).Out);
        Assert.Equal("inside\n", directory.Read("g"));
        Create("fixed", "none", directory.Path, "bind,ro");
        Assert.Contains("Read-only file system", Run("fixed", "cat /data/g; echo x > /data/h").Exits(1).Error, StringComparison.Ordinal);
        // What it is of stays when the volume goes.
        _root.Run("volume", "rm", "there", "fixed").Exits(0);
        Assert.Equal("inside\n", directory.Read("g"));
    }

    [Requires(Need.Root)]
    public void A_bind_of_what_is_not_there_fails_the_start()
    {
        Create("gone", "none", "/no/such/directory", "bind");
        Assert.Contains("volume gone: cannot mount /no/such/directory", Run("gone", "true").Exits(125).Error, StringComparison.Ordinal);
        Assert.Equal("", _root.Run("ps", "-aq").Out);
    }

    /// <summary>No server is asked: nobody listens there, or the kernel has no nfs at all.</summary>
    [Requires(Need.Root)]
    public void Nfs_is_the_kernels_and_its_error_is_told()
    {
        Create("far", "nfs", ":/export", "addr=localhost,vers=4,soft,timeo=1,retrans=0");
        Assert.Matches("volume far: cannot mount :/export on [^ ]*/far/_data: mount: .*\\(E[A-Z]+\\)", Run("far", "true").Exits(125).Error);
        Create("nowhere", "nfs", ":/export", "addr=no-such-host.invalid");
        Assert.Contains("no-such-host.invalid", Run("nowhere", "true").Exits(125).Error, StringComparison.Ordinal);
    }

    [Requires(Need.User)]
    public void A_user_may_not_mount_and_is_told_so()
    {
        Create("fast", "tmpfs", "tmpfs", "size=1m");
        Assert.Contains("only root may mount", Run("fast", "true").Exits(125).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour=red", "the local driver has no such option")]
    [InlineData("type=tmpfs", "needs device")]
    [InlineData("device=/srv", "needs type")]
    public void Options_that_make_no_sense_are_refused_before_there_is_a_volume(string option, string told)
    {
        _root.Run("volume", "create", "-o", option, "vol1").Fails(125, told);
        Assert.Equal("", _root.Run("volume", "ls", "-q").Exits(0).Out);
    }

    [Requires(Need.Root)]
    public void Root_of_a_shifted_user_namespace_can_write_into_its_volumes()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/seed/f", "seed\n");
        using (var chown = Process.Start("chown", ["-R", "100000:100000", rootfs.Path])) chown.WaitForExit();
        string[] shifted = ["--userns", "0:100000:65536"];
        Assert.Equal("0 0\n", Run("data", "echo x > /data/f; stat -c '%u %g' /data", rootfs.Path, shifted).Exits(0).Out);
        Assert.Equal("0\n",
            Run("seeded", "cat /data/f >&2; stat -c %u /data/f; echo y >> /data/f", rootfs.Path, [.. shifted, "-v", "seeded:/seed"])
                .Exits(0).Out);
        // One that has something in it is somebody's: it stays theirs.
        Run("roots", "touch /data/f").Exits(0);
        Assert.Equal("65534\n", Run("roots", "stat -c %u /data", rootfs.Path, shifted).Exits(0).Out);
    }

    [Requires(Need.SubordinateIds | Need.User)]
    public void A_user_that_keeps_his_id_can_write_into_his_volumes()
    {
        Assert.Equal($"{Kernel.Uid}\n", Run("data", "echo x > /data/f; stat -c %u /data/f", options: ["--userns", "keep-id"]).Exits(0).Out);
        Assert.Equal("0\n", Run("data", "stat -c %u /data/f").Exits(0).Out);
    }
}
