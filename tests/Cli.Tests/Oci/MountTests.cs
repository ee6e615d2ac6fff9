using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>mounts of config.json, black box. Each passes with runc 1.1.5 too, but where a line says that it is newer.</summary>
public sealed class MountTests
{
    [Requires(Need.Root)]
    public void A_directory_of_the_host_is_bound_with_its_options()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "file"), "from the host");
        Mount mount = bundle.Mount("/a/b", "bind", volume.Path, "rbind", "ro", "nosuid", "nodev", "noexec").Look("/a/b");
        Assert.Superset(new HashSet<string> { "ro", "nosuid", "nodev", "noexec" }, mount.Options.ToHashSet());
        Assert.Equal("from the host", bundle.Sh("cat /a/b/file"));
    }

    [Requires(Need.Root)]
    public void A_file_is_bound_on_a_file_that_is_made_for_it()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "file"), "from the host");
        Assert.Equal("from the host",
            bundle.Mount("/not/there/yet", null, Path.Combine(volume.Path, "file"), "bind").Sh("cat /not/there/yet"));
    }

    [Requires(Need.Root)]
    public void A_relative_source_lies_in_the_bundle()
    {
        using var bundle = new MountBundle();
        Directory.CreateDirectory(Path.Combine(bundle.Path_, "data"));
        File.WriteAllText(Path.Combine(bundle.Path_, "data", "file"), "beside config.json");
        Assert.Equal("beside config.json", bundle.Mount("/x", "bind", "data", "bind").Sh("cat /x/file"));
    }

    [Requires(Need.Root)]
    public void Options_of_a_file_system_have_no_effect_on_a_bind_mount_and_a_misspelt_flag_is_refused()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        bundle.Mount("/v", "bind", volume.Path, "rbind", "nosuid", "mode=755", "size=1k");
        Result result = bundle.Run("true").Exits(0);
        if (!MountBundle.IsOurs) return;   // runc 1.1.5 passes over both, and newer ones refuse both
        Assert.Contains("'mode=755,size=1k' has no effect", result.Error);
        Assert.Contains("nosiud", bundle.Mount("/w", "bind", volume.Path, "rbind", "nosiud").Run("true").Exits(1).Error);
    }

    [Requires(Need.Root)]
    public void Rro_is_for_the_whole_tree_and_ro_for_its_top()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(volume.Path, "sub"));
        string line =
            $"mount -t tmpfs t {volume.Path}/sub; exec {MountBundle.Runtime} --root {bundle.Path_}/state run --bundle {bundle.Path_} rro";
        bundle.Mount("/rro", "bind", volume.Path, "rbind", "rro").Mount("/ro", "bind", volume.Path, "rbind", "ro").Run("true");
        bundle.Config["process"]!["args"] =
            new JsonArray("sh", "-c", "for f in /rro /rro/sub /ro /ro/sub; do touch $f/x 2>/dev/null && echo $f; done");
        File.WriteAllText(Path.Combine(bundle.Path_, "config.json"), bundle.Config.ToJsonString());
        Assert.Equal("/ro/sub", Minirun.Other("unshare", "-m", "sh", "-c", line).Out.Trim());
    }

    [Requires(Need.Root)]
    public void A_tmpfs_with_ro_is_read_only_at_last_and_has_what_was_made_in_it()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        bundle.Mount("/t", "tmpfs", "mine", "ro", "size=1m", "mode=0710").Mount("/t/inner", "bind", volume.Path, "bind");
        Assert.Equal("710\ndirectory",
            bundle.Sh("touch /t/x 2>/dev/null && echo writable; stat -c %a /t; test -d /t/inner && echo directory"));
        Assert.Equal("mine", bundle.Look("/t").Source);
    }

    [Requires(Need.Root)]
    public void A_tmpfs_has_the_mode_of_the_directory_it_covers()
    {
        using var bundle = new MountBundle();
        Directory.CreateDirectory(bundle.Rootfs.Inside("/place"));
        File.SetUnixFileMode(bundle.Rootfs.Inside("/place"), (UnixFileMode)0b101_001_000);
        Assert.Equal("510", bundle.Mount("/place", "tmpfs", "tmpfs").Sh("stat -c %a /place"));
    }

    [Requires(Need.Root)]
    public void Tmpcopyup_copies_what_it_covers()
    {
        using var bundle = new MountBundle();
        bundle.Rootfs.Write("/src/deep/file", "content");
        bundle.Rootfs.Link("/src/link", "deep/file");
        bundle.Rootfs.Link("/src/out", "/etc/shadow");
        File.SetUnixFileMode(bundle.Rootfs.Inside("/src/deep"), (UnixFileMode)0b111_000_000);
        Assert.Equal("content\n/etc/shadow\n700\n2",
            bundle.Mount("/src", "tmpfs", "tmpfs", "tmpcopyup")
                .Sh(
                    "cat /src/link; echo; readlink /src/out; stat -c %a /src/deep; echo new > /src/deep/file; ls /src/deep/.. | grep -c "
                        + "-e deep -e out"));
        Assert.Equal("content", File.ReadAllText(bundle.Rootfs.Inside("/src/deep/file")));
    }

    [Requires(Need.Root)]
    public void Default_devices_and_links_are_there()
    {
        using var bundle = new MountBundle();
        Assert.Equal("1,3 666\n1,5 666\n1,7 666\n1,8 666\n1,9 666\n5,0 666",
            bundle.Sh("stat -c '%t,%T %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty"));
        Assert.Equal("/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx",
            bundle.Sh("for link in fd stdin stdout stderr ptmx; do readlink /dev/$link; done"));
    }

    [Requires(Need.Root)]
    public void Devices_have_their_type_number_mode_and_owner()
    {
        using var bundle = new MountBundle();
        bundle.With("devices", JsonNode.Parse("""
            [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 416, "uid": 3, "gid": 4},
             {"path": "/dev/d/blk", "type": "b", "major": 7, "minor": 300, "fileMode": 384},
             {"path": "/dev/fifo", "type": "p", "fileMode": 438}]
            """)!);
        Assert.Equal("character special file a e5 640 3 4\nblock special file 7 12c 600 0 0\nfifo 0 0 666 0 0",
            bundle.Sh("stat -c '%F %t %T %a %u %g' /dev/fuse /dev/d/blk /dev/fifo"));
    }

    [Requires(Need.Root)]
    public void Devices_are_there_in_a_user_namespace()
    {
        using MountBundle bundle = new MountBundle().WithUserNamespace();
        bundle.With("devices", JsonNode.Parse("""[{"path": "/dev/loop-control", "type": "c", "major": 10, "minor": 237}]""")!);
        if (!MountBundle.IsOurs && !File.Exists("/dev/loop-control")) return;   // runc binds the host's
        Assert.Equal("a ed", bundle.Sh("stat -c '%t %T' /dev/loop-control; echo x > /dev/null"));
    }

    [Requires(Need.Root)]
    public void A_dev_from_elsewhere_is_left_as_it_is()
    {
        using var bundle = new MountBundle();
        using var dev = new TemporaryDirectory();
        Minirun.Other("cp", "-a", "/dev/null", dev.Path).Exits(0);   // runc cannot do without
        Assert.Equal("null", bundle.Mount("/dev", "bind", dev.Path, "bind").Sh("ls /dev"));
        Assert.Equal(["null"], Directory.EnumerateFileSystemEntries(dev.Path).Select(Path.GetFileName));
    }

    [Requires(Need.Root)]
    public void Masked_and_read_only_paths_are_decided_by_what_is_there()
    {
        using var bundle = new MountBundle();
        bundle.Rootfs.Write("/secret/dir/x", "1");
        bundle.Rootfs.Write("/secret/file", "2");
        bundle.Rootfs.Write("/kept/x", "3");
        bundle.With("maskedPaths", new JsonArray("/secret/dir", "/secret/file", "/secret/none", "/secret/dir"))
            .With("readonlyPaths", new JsonArray("/kept", "/none", "/proc/sys"));
        Assert.Equal("character special file\n3",
            bundle.Sh(
                "ls /secret/dir; cat /secret/file; stat -c %F /secret/file; cat /kept/x; touch /kept/y /secret/dir/y "
                    + "/proc/sys/kernel/hostname 2>/dev/null && echo writable; true")
                .Replace("\n\n", "\n"));
    }

    [Requires(Need.Root)]
    public void A_read_only_root_is_read_only_and_what_is_mounted_in_it_is_not()
    {
        using var bundle = new MountBundle();
        bundle.Config["root"]!["readonly"] = true;
        bundle.Mount("/scratch/place", "tmpfs", "tmpfs");
        Assert.Equal("tmpfs is writable",
            bundle.Sh("touch /x /etc/x 2>/dev/null && echo root is writable; touch /scratch/place/x && echo tmpfs is writable"));
    }

    [Theory]
    [InlineData(false, "ro")]
    [InlineData(true, "ro")]
    [InlineData(false, "rw")]
    public void Cgroup_hierarchies_of_version_1_are_mounted_one_by_one(bool cgroupNamespace, string access)
    {
        if (Kernel.Uid != 0 || !Directory.Exists("/sys/fs/cgroup/memory")) return;
        using var bundle = new MountBundle();
        if (cgroupNamespace) bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "cgroup" });
        bundle.Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro")
            .Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", access);
        List<Mount> mounts = bundle.Mounts();
        Assert.Equal("tmpfs", mounts.Last(mount => mount.Target == "/sys/fs/cgroup").Type);
        Mount memory = mounts.Last(mount => mount.Target == "/sys/fs/cgroup/memory");
        Assert.Equal("cgroup", memory.Type);
        Assert.Contains("memory", memory.Super);
        Assert.Superset(new HashSet<string> { access, "nosuid", "nodev", "noexec" }, memory.Options.ToHashSet());
    }

    [Theory]
    [InlineData("shared", "shared:")]
    [InlineData("rshared", "shared:")]
    [InlineData("private", "")]
    [InlineData("rprivate", "")]
    [InlineData("unbindable", "unbindable")]
    [InlineData("rslave", "master:")]
    public void The_root_has_the_propagation_asked_for(string propagation, string shown)
    {
        // runc cannot bind the root after it made all unbindable, and 1.1.5 does not make it shared.
        if (Kernel.Uid != 0 || (propagation is "unbindable" or "shared" or "rshared" && !MountBundle.IsOurs)) return;
        using var bundle = new MountBundle();
        bundle.With("rootfsPropagation", propagation).Run("true");
        bundle.Config["process"]!["args"] = new JsonArray("cat", "/proc/self/mountinfo");
        File.WriteAllText(Path.Combine(bundle.Path_, "config.json"), bundle.Config.ToJsonString());
        Result result = Minirun.Other("unshare", "-m", "--propagation", "shared", MountBundle.Runtime, "--root", bundle.Path_ + "/state",
            "run", "--bundle", bundle.Path_, "propagation");
        string optional = string.Join(' ', result.Exits(0).Lines.Select(Mount.Parse).Last(mount => mount.Target == "/").Optional);
        Assert.True(shown.Length == 0 ? optional.Length == 0 : optional.StartsWith(shown, StringComparison.Ordinal),
            $"'{optional}' is not {shown}");
    }

    [Requires(Need.Root)]
    public void Nothing_of_a_shared_root_appears_on_the_host()
    {
        using var bundle = new MountBundle();
        bundle.With("rootfsPropagation", "rshared").Mount("/t", "tmpfs", "tmpfs").Run("true");
        string runtime = $"{MountBundle.Runtime} --root {bundle.Path_}/state run --bundle {bundle.Path_} shared";
        Result result = Minirun.Other("unshare", "-m", "--propagation", "shared", "sh", "-c",
            $"cut -d' ' -f5 /proc/self/mountinfo > {bundle.Path_}/before; {runtime}; cut -d' ' -f5 /proc/self/mountinfo | diff "
                + $"{bundle.Path_}/before -");
        Assert.Equal("", result.Exits(0).Out);
    }

    [Requires(Need.Root)]
    public void A_network_device_moves_in_with_its_addresses()
    {
        if (!MountBundle.IsOurs || Programs.Find("ip") is null) return;   // runc since 1.4
        using var bundle = new MountBundle();
        bundle.With("netDevices", new JsonObject { ["outside0"] = new JsonObject { ["name"] = "inside0" } }).Run("true");
        bundle.Config["process"]!["args"] = new JsonArray("ip", "address", "show", "inside0");
        File.WriteAllText(Path.Combine(bundle.Path_, "config.json"), bundle.Config.ToJsonString());
        // In a network namespace of the test's own, so that the machine's interfaces stay as they are.
        string line = $"ip link add outside0 type veth && ip address add 192.0.2.7/24 dev outside0 && exec {MountBundle.Runtime} --root "
            + $"{bundle.Path_}/state run --bundle {bundle.Path_} net";
        Result result = Minirun.Other("unshare", "-n", "sh", "-c", line);
        if (result.Error.Contains("Unknown device type")) return;
        Assert.Contains("192.0.2.7/24", result.Exits(0).Out);
        Assert.Contains("UP", result.Out);
    }

    [Requires(Need.Root)]
    public void Without_pivot_root_the_container_sees_its_root_all_the_same()
    {
        using var bundle = new MountBundle();
        bundle.Rootfs.Write("/mark", "inside");
        Assert.Equal("inside", bundle.Sh("cat /mark", "--no-pivot"));
        Assert.Equal("", bundle.Sh("grep -v ' / ' /proc/self/mountinfo | grep -e ' /tmp/' -e ' /home/'; true", "--no-pivot"));
    }

    [Requires(Need.Root)]
    public void A_terminal_is_on_dev_console()
    {
        if (!MountBundle.IsOurs || Programs.Find("script") is null) return;
        using var bundle = new MountBundle();
        bundle.Config["process"]!["terminal"] = true;
        bundle.Run("true");
        bundle.Config["process"]!["args"] = new JsonArray("sh", "-c", "stat -c %F /dev/console; tty");
        File.WriteAllText(Path.Combine(bundle.Path_, "config.json"), bundle.Config.ToJsonString());
        Result result = Minirun.Other("script", "-qec",
            $"{MountBundle.Runtime} --root {bundle.Path_}/state run --bundle {bundle.Path_} console", "/dev/null");
        Assert.Contains("character special file", result.Out);
        Assert.Contains("/dev/pts/0", result.Out);
    }
}
