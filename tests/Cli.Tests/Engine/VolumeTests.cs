using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class VolumeTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    private Result Run(string[] options, string command) => _root.Run(["run", "--rm", .. options, Rootfs.Busybox, "sh", "-c", command]);

    [Fact]
    public void An_overlay_over_a_directory_is_one_with_d_as_well()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("f", "host\n");
        const string command = "cat /mnt/f && echo inside > /mnt/f && cat /mnt/f";
        foreach (string[] options in (string[][])[["-v", directory.Path + ":/mnt:O"],
            ["--mount", $"type=overlay,source={directory.Path},destination=/mnt"]])
        {
            string id = _root.Detached(options, "sh", "-c", command).Trim();
            Assert.True(Deadline.Wait(() => _root.Run("logs", id).Out == "host\ninside\n"), _root.Run("logs", id).Error);
            Assert.Equal("host\n", directory.Read("f"));
        }
    }

    [Fact]
    public void What_one_container_writes_another_reads()
    {
        Assert.Equal("data\n", _root.Run("volume", "create", "data").Exits(0).Out);
        Run(["-v", "data:/data"], "echo hello > /data/f").Exits(0);
        Assert.Equal("hello\n", Run(["--mount", "type=volume,src=data,dst=/d,readonly"], "cat /d/f").Exits(0).Out);
        Run(["-v", "data:/data:ro"], "echo x > /data/g").Exits(1);
    }

    [Fact]
    public void A_source_that_is_not_there_is_said_before_anything_is_made()
    {
        string error = _root.Run("run", "-d", "-v", "/no/such/place:/mnt", Rootfs.Busybox, "true").Exits(125).Error;
        Assert.Contains("/no/such/place: no such file or directory, to be mounted on /mnt", error);
        Assert.Equal("", _root.Run("ps", "-aq").Exits(0).Out);
    }

    [Fact]
    public void One_in_use_is_not_removed()
    {
        _root.Detached(["--name", "web", "-v", "data:/data"], "sleep", "1000");
        Assert.Contains("volume is in use by web", _root.Run("volume", "rm", "data").Exits(1).Error, StringComparison.Ordinal);
        _root.Run("rm", "-f", "web").Exits(0);
        Assert.Equal("data\n", _root.Run("volume", "rm", "data").Exits(0).Out);
    }

    [Fact]
    public void Anonymous_ones_go_with_rm_v_and_named_ones_stay()
    {
        _root.Detached(["--name", "web", "-v", "data:/data", "-v", "/anonymous"], "true");
        _root.Run("wait", "web").Exits(0);
        _root.Run("rm", "-v", "web").Exits(0);
        Assert.Equal("data\n", _root.Run("volume", "ls", "-q").Exits(0).Out);
        Assert.Equal("local\n", _root.Run("volume", "inspect", "-f", "{{.Driver}}", "data").Exits(0).Out);
    }

    [Fact]
    public void Volumes_of_another_container_are_taken_read_only()
    {
        _root.Detached(["--name", "web", "-v", "/data"], "sh", "-c", "echo hi > /data/f; sleep 1000");
        Assert.True(Deadline.Wait(() => Run(["--volumes-from", "web"], "cat /data/f").Out == "hi\n"));
        Run(["--volumes-from", "web:ro"], "touch /data/g").Exits(1);
    }

    [Fact]
    public void A_name_of_nobody_and_a_hostile_one_are_errors()
    {
        _root.Run("volume", "inspect", "none").Exits(1);
        Run(["-v", "..x:/data"], "true").Exits(125);
    }
}
