using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class VolumeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public VolumeTests() => _directory.Write("f", "outside\n");

    [Fact]
    public void A_directory_of_the_host_can_be_read_and_written()
    {
        Assert.Equal("outside", Container.Sh(["-v", $"{_directory.Path}:/mnt"], "cat /mnt/f; echo inside >/mnt/g"));
        Assert.Equal("inside\n", _directory.Read("g"));
    }

    [Fact]
    public void A_file_of_the_host_can_be_bound() =>
        Assert.Equal("outside", Container.Sh(["--volume", $"{_directory["f"]}:/etc/from-outside"], "cat /etc/from-outside"));

    [Fact]
    public void A_read_only_volume_cannot_be_written()
    {
        Assert.Contains("Read-only", Container.Run(["-v", $"{_directory.Path}:/mnt:ro"], "touch", "/mnt/g").Exits(1).Error);
        Assert.False(File.Exists(_directory["g"]));
    }

    [Theory]
    [InlineData("nosuid")]
    [InlineData("nodev")]
    [InlineData("noexec")]
    public void Options_of_a_volume_take_effect(string option) =>
        Assert.Contains(option, Mount.Inside("-v", $"{_directory.Path}:/mnt:{option}").Single(each => each.Target == "/mnt").Options);

    [Theory]
    [InlineData("z")]
    [InlineData("Z")]
    [InlineData("rw,z")]
    public void Labels_of_SELinux_are_accepted(string option) =>
        Container.Run(["-v", $"{_directory.Path}:/mnt:{option}"], "touch", "/mnt/g").Succeeds();

    [Fact]
    public void The_mount_point_is_made_where_it_is_missing() =>
        Assert.Equal("outside", Container.Sh(["--ephemeral", "-v", $"{_directory.Path}:/not/yet/there"], "cat /not/yet/there/f"));

    [Fact]
    public void A_relative_source_is_relative_to_the_caller() =>
        Assert.Equal("outside", Container.Sh(new Start { WorkingDirectory = _directory.Path }, ["-v", "./f:/mnt/f"], "cat /mnt/f"));

    [Fact]
    public void A_volume_replaces_a_default_at_the_same_place()
    {
        Assert.Equal("f", Container.Sh(["-v", $"{_directory.Path}:/dev/shm"], "ls /dev/shm"));
        Assert.Equal("outside", Container.Sh(["-v", $"{_directory["f"]}:/etc/hosts"], "cat /etc/hosts"));
        Assert.Single(Mount.Inside("-v", $"{_directory.Path}:/sys"), each => each.Target == "/sys");
    }

    [Fact]
    public void A_volume_inside_a_volume_is_mounted_after_it()
    {
        using var other = new TemporaryDirectory();
        other.Write("inner", "");
        Directory.CreateDirectory(_directory["sub"]);
        Assert.Equal("inner", Container.Sh(["-v", $"{other.Path}:/mnt/sub", "-v", $"{_directory.Path}:/mnt"], "ls /mnt/sub"));
    }

    [Fact]
    public void The_later_of_two_volumes_at_one_place_wins()
    {
        using var other = new TemporaryDirectory();
        Assert.Equal("f", Container.Sh(["-v", $"{other.Path}:/mnt", "-v", $"{_directory.Path}:/mnt"], "ls /mnt"));
    }

    [Fact]
    public void Names_with_blanks_and_umlauts_are_fine()
    {
        Directory.CreateDirectory(_directory["größe 1"]);
        Container.Sh(["-v", _directory["größe 1"] + ":/mnt/ä b"], "echo x >'/mnt/ä b/f'");
        Assert.True(File.Exists(_directory["größe 1/f"]));
    }

    [Fact]
    public void A_mount_flag_binds()
    {
        Assert.Equal("outside",
            Container.Sh(["--mount", $"type=bind,source={_directory.Path},destination=/mnt"], "cat /mnt/f; touch /mnt/h"));
        Assert.Contains("Read-only",
            Container.Run(["--mount", $"type=bind,src={_directory.Path},dst=/mnt,readonly"], "touch", "/mnt/g").Exits(1).Error);
        Assert.Contains("Read-only",
            Container.Run(["--mount", $"type=bind,src={_directory.Path},target=/mnt,ro=true"], "touch", "/mnt/g").Exits(1).Error);
    }

    [Fact]
    public void A_mount_flag_makes_a_tmpfs()
    {
        Mount mount =
            Mount.Inside("--mount", "type=tmpfs,destination=/mnt,tmpfs-size=1m,tmpfs-mode=700").Single(each => each.Target == "/mnt");
        Assert.Equal("tmpfs", mount.Type);
        Assert.Contains("size=1024k", mount.Super);
        Assert.Contains("mode=700", mount.Super);
    }

    [Theory]
    [InlineData("--mount", "type=overlay,source={0},destination=/mnt,readonly")]
    [InlineData("--volume", "{0}:/mnt:O,ro")]
    public void A_read_only_overlay_cannot_be_written(string flag, string value) =>
        Assert.Equal("refused",
            Container.Sh([flag, string.Format(value, _directory.Path)], "touch /mnt/new 2>/dev/null && echo written || echo refused"));

    [Fact]
    public void An_overlay_keeps_writes_away_from_its_source()
    {
        string before = Tree.Describe(_directory.Path);
        Assert.Equal("inside",
            Container.Sh(["--mount", $"type=overlay,source={_directory.Path},destination=/mnt"], "echo inside >/mnt/f; cat /mnt/f"));
        Assert.Equal("inside", Container.Sh(["-v", $"{_directory.Path}:/mnt:O"], "echo inside >/mnt/f; cat /mnt/f"));
        Assert.Equal(before, Tree.Describe(_directory.Path));
    }

    [Fact]
    public void A_tmpfs_is_empty_and_has_its_options()
    {
        Assert.Equal("", Container.Sh(["--tmpfs", "/etc"], "ls /etc"));
        Mount mount = Mount.Inside("--tmpfs", "/tmp:size=64k,mode=1770,noexec").Single(each => each.Target == "/tmp");
        Assert.Contains("size=64k", mount.Super);
        Assert.Contains("mode=1770", mount.Super);
        Assert.Contains("noexec", mount.Options);
        Assert.Contains("nosuid", mount.Options);
    }

    [Fact]
    public void A_read_only_tmpfs_takes_other_mounts_before_it_is_so()
    {
        string[] flags = ["--tmpfs", "/mnt:ro", "-v", $"{_directory.Path}:/mnt/deep/down:ro"];
        Assert.Equal("outside", Container.Sh(flags, "cat /mnt/deep/down/f; touch /mnt/new 2>/dev/null && echo written; true"));
    }

    [Fact]
    public void A_full_tmpfs_is_full() =>
        Assert.Contains("No space left",
            Container.Run(["--tmpfs", "/mnt:size=64k"], "dd", "if=/dev/zero", "of=/mnt/f", "bs=1k", "count=100").Exits(1).Error);

    [Fact]
    public void A_device_of_the_host_can_be_given()
    {
        Assert.Equal("character special file 1:3",
            Container.Sh(["--device", "/dev/null:/dev/nichts"], "stat -c '%F %t:%T' /dev/nichts; echo x >/dev/nichts"));
        Assert.Equal("character special file 1:b", Container.Sh(["--device=/dev/kmsg"], "stat -c '%F %t:%T' /dev/kmsg"));
    }

    [Requires(Need.Root)]
    public void A_device_may_be_for_reading_or_writing_alone()
    {
        if (!File.Exists("/dev/fuse")) return;
        const string tries = "(exec 3</dev/fuse) 2>/dev/null && echo r; (exec 3>/dev/fuse) 2>/dev/null && echo w; true";
        Assert.Equal("r\nw", Container.Sh(["--device", "/dev/fuse"], tries));
        Assert.Equal("r\nw", Container.Sh(["--device", "/dev/fuse:rw"], tries));
        Assert.Equal("r", Container.Sh(["--device", "/dev/fuse:r"], tries));
        Assert.Equal("w", Container.Sh(["--device", "/dev/fuse:/dev/fuse:w"], tries));
        // All else is as without it.
        Assert.Equal("1:b",
            Container.Sh(["--device", "/dev/fuse:r", "--device", "/dev/kmsg"],
                "echo x >/dev/null; head -c1 /dev/zero >/dev/null; stat -c %t:%T /dev/kmsg"));
    }

    [Requires(Need.User)]
    public void A_device_for_reading_alone_takes_root()
    {
        if (File.Exists("/dev/fuse")) Container.Run(["--device", "/dev/fuse:r"], "true").Fails(125, "--device /dev/fuse:r", "root");
    }

    [Theory]
    [InlineData("/dev/not-there", "/dev/not-there")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("null", "null")]
    [InlineData("/dev/null:/dev/x:r", "rwm")]
    [InlineData("/dev/null:q", "/dev/null:q")]
    public void A_bad_device_is_refused(string device, string word) =>
        Container.Run(["--device", device], "true").Fails(125, "--device", word);

    [Theory]
    [InlineData("--volume", "/tmp:relative", "relative")]
    [InlineData("--volume", "/tmp:/a/../b", "..")]
    [InlineData("--volume", "/tmp:/", "root")]
    [InlineData("--volume", "/tmp:/mnt:quick", "quick")]
    [InlineData("--volume", "/not/there:/mnt", "/not/there")]
    [InlineData("--tmpfs", "mnt", "mnt")]
    [InlineData("--tmpfs", "/mnt:colour=red", "colour=red")]
    [InlineData("--mount", "type=nfs,source=/a,destination=/b", "nfs")]
    [InlineData("--mount", "type=bind,source=/tmp", "destination")]
    [InlineData("--mount", "type=bind,destination=/mnt", "source")]
    [InlineData("--mount", "type=bind,source=/tmp,destination=/mnt,speed=9", "speed")]
    public void A_bad_mount_is_refused(string flag, string value, string word) =>
        Container.Run([flag, value], "true").Fails(125, word);

    [Fact]
    public void A_target_that_links_out_of_the_root_stays_inside()
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        string before = Tree.Describe(outside.Path);
        rootfs.Link("/escape", outside.Path);
        Support.Minirun.Run("run", "-v", $"{_directory.Path}:/escape/new", rootfs.Path, "true");
        Assert.Equal(before, Tree.Describe(outside.Path));
    }

    // Else /proc would be there a second time, without its masks.
    [Theory]
    [InlineData()]
    [InlineData("--ephemeral")]
    public void A_volume_that_holds_the_root_file_system_shows_none_of_its_mounts(params string[] options)
    {
        string above = Path.GetDirectoryName(Rootfs.Busybox)!;
        foreach (string source in (string[])[above, Rootfs.Busybox, "/"])
            Assert.DoesNotContain(Mount.Inside([.. options, "-v", $"{source}:/mnt"]),
                each => each.Target.StartsWith("/mnt/", StringComparison.Ordinal)
                    && each.Target.Contains(Rootfs.BusyboxName, StringComparison.Ordinal));
        Assert.Equal("",
            Container.Sh([.. options, "-v", $"{above}:/mnt", "-v", $"{Rootfs.Busybox}/bin:/opt"],
                $"[ -e /opt/sh ]; ls /mnt/{Rootfs.BusyboxName}/proc"));
        Assert.Contains("etc", Container.Sh([.. options, "-v", "/:/mnt"], "ls /mnt").Split('\n'));
    }

    [Fact]
    public void A_file_cannot_be_bound_on_a_directory() =>
        Container.Run(["-v", $"{_directory["f"]}:/etc"], "true").Fails(125, "/etc");

    [Requires(Need.Root)]
    public void A_slave_volume_follows_the_host_and_not_the_other_way_round()
    {
        // In a mount namespace of our own: the machine's is left alone.
        string script = $"""
            mount --bind '{_directory.Path}' '{_directory.Path}' && mount --make-shared '{_directory.Path}'
            mkdir '{_directory["later"]}' '{_directory["back"]}'
            mkfifo '{_directory["go"]}' '{_directory["ready"]}'
            "$0" run --cap-add SYS_ADMIN -v '{_directory.Path}:/mnt:rslave' '{Rootfs.Busybox}' sh -c '
                mount -t tmpfs inside /mnt/back; echo >/mnt/ready; read line </mnt/go; ls /mnt/later' &
            read line <'{_directory["ready"]}'
            mount -t tmpfs outside '{_directory["later"]}'; touch '{_directory["later/seen"]}'
            grep -c inside /proc/self/mountinfo
            echo >'{_directory["go"]}'
            wait
            """;
        Assert.Equal(["0", "seen"],
            Support.Minirun.Other("unshare", "--mount", "--propagation", "slave", "bash", "-c", script, Programs.Minirun).Succeeds().Lines);
    }

    [Requires(Need.Root)]
    public void A_plain_volume_does_not_follow_the_host()
    {
        string script = $"""
            mount --bind '{_directory.Path}' '{_directory.Path}' && mount --make-shared '{_directory.Path}'
            mkdir '{_directory["later"]}'
            mkfifo '{_directory["go"]}' '{_directory["ready"]}'
            "$0" run -v '{_directory.Path}:/mnt' '{Rootfs.Busybox}' sh -c 'echo >/mnt/ready; read line </mnt/go; ls /mnt/later; echo end' &
            read line <'{_directory["ready"]}'
            mount -t tmpfs outside '{_directory["later"]}'; touch '{_directory["later/seen"]}'
            echo >'{_directory["go"]}'
            wait
            """;
        Assert.Equal(["end"],
            Support.Minirun.Other("unshare", "--mount", "--propagation", "slave", "bash", "-c", script, Programs.Minirun).Succeeds().Lines);
    }

    public void Dispose() => _directory.Dispose();
}
