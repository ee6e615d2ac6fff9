using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>Root file systems made by an attacker: the cases T1, T2, T6, T9, T12 and T13 of ten years of escapes, for <c>run</c>.</summary>
public sealed class HostileRootfsTests
{
    /// <summary>
    /// T1 (CVE-2015-3629, CVE-2019-18837): the destination of a volume, or a directory on the way, is a symlink out of the root.
    /// </summary>
    [Theory]
    [InlineData("{outside}", "/link")]
    [InlineData("{outside}", "/link/below/it")]
    [InlineData("../../../../../../../../../../{outside}", "/link/x")]
    [InlineData("/proc/self/root/{outside}", "/link/x")]
    [InlineData("nowhere/at/all", "/link/x")]
    [InlineData("link", "/link/x")]
    public void A_volume_on_a_symlink_never_lands_outside(string target, string destination)
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(outside.Path, "canary"), "untouched");
        File.WriteAllText(Path.Combine(volume.Path, "file"), "from the volume");
        rootfs.Link("/link", target.Replace("{outside}", outside.Path));
        string before = File.ReadAllText("/proc/self/mountinfo");
        Result result = Minirun.Run("run", "-v", $"{volume.Path}:{destination}", rootfs.Path, "sh", "-c", $"cat {destination}/file");
        Assert.True(result.ExitCode is 0 or 125, result.ToString());
        Assert.Equal(["canary"], Directory.EnumerateFileSystemEntries(outside.Path).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside.Path, "canary")));
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    /// <summary>T1 for what run makes itself: --workdir, --tmpfs, /etc/hosts.</summary>
    [Fact]
    public void Directories_and_files_that_run_makes_stay_inside()
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        rootfs.Link("/place", outside.Path);
        Directory.Delete(rootfs.Inside("/var"), recursive: true);
        rootfs.Link("/var", outside.Path);
        File.Delete(rootfs.Inside("/etc/hosts"));
        rootfs.Link("/etc/hosts", Path.Combine(outside.Path, "hosts"));
        rootfs.Link("/etc/resolv.conf", Path.Combine(outside.Path, "resolv"));
        Result result = Minirun.Run("run", "-w", "/place/deep/er", "--tmpfs", "/var/cache/x", rootfs.Path, "true");
        Assert.True(result.ExitCode is 0 or 125, result.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    /// <summary>T2 (CVE-2016-3697, CVE-2018-9862, CVE-2026-30892): what is no proper number is an error, and never root.</summary>
    [Theory]
    [InlineData("0x0")]
    [InlineData("1000:")]
    [InlineData(":5")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("-1")]
    [InlineData("1000abc")]
    [InlineData(" 7")]
    [InlineData("+7")]
    [InlineData("")]
    [InlineData("7:8:9")]
    [InlineData("1000:-1")]
    public void A_user_that_is_no_id_is_an_error(string user) => Minirun.Run("run", "-u", user, Rootfs.Busybox, "id").Fails(125, "user");

    [Fact]
    public void A_name_of_digits_in_passwd_is_not_believed()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/etc/passwd", "1000:x:0:0:evil:/:/bin/sh\nroot:x:0:0:root:/root:/bin/sh\n");
        Result result = Minirun.Run("run", "--userns", "single", "-u", "1000", rootfs.Path, "id", "-u").Succeeds();
        Assert.Equal("1000", result.Out.Trim());
    }

    [Theory]
    [InlineData("evil:x:4294967295:0::/:/bin/sh")]
    [InlineData("evil:x:-1:0::/:/bin/sh")]
    [InlineData("evil:x:0x10:0::/:/bin/sh")]
    [InlineData("evil:x::0::/:/bin/sh")]
    public void A_bad_id_in_passwd_is_an_error(string line)
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Write("/etc/passwd", line + "\n");
        Minirun.Run("run", "-u", "evil", rootfs.Path, "id").Fails(125, "evil");
    }

    [Fact]
    public void A_fifo_in_the_place_of_passwd_does_not_hang_it()
    {
        using var rootfs = new TemporaryRootfs();
        File.Delete(rootfs.Inside("/etc/passwd"));
        Minirun.Other("mkfifo", rootfs.Inside("/etc/passwd")).Succeeds();
        Minirun.Run("run", rootfs.Path, "true").Succeeds();
        Minirun.Run("run", "-u", "nobody", rootfs.Path, "true").Fails(125, "nobody");
    }

    [Fact]
    public void A_passwd_that_is_a_symlink_to_the_hosts_is_not_read()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.Link("/etc/passwd", "/etc/passwd.host");
        using var outside = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(outside.Path, "passwd"), "hostonly:x:0:0::/:/bin/sh\n");
        rootfs.Link("/etc/passwd", Path.Combine(outside.Path, "passwd"));
        Minirun.Run("run", "-u", "hostonly", rootfs.Path, "id").Fails(125, "hostonly");
    }

    /// <summary>
    /// T6 (CVE-2019-19921, CVE-2023-27561, CVE-2025-54867, CVE-2026-41579): the places of kernel file systems are symlinks.
    /// </summary>
    [Theory]
    [InlineData("/proc", "/tmp")]
    [InlineData("/proc", "/")]
    [InlineData("/sys", "/tmp")]
    [InlineData("/dev", "/tmp")]
    [InlineData("/dev", "{outside}")]
    [InlineData("/proc", "{outside}")]
    public void Kernel_file_systems_must_be_mounted_on_ordinary_directories(string place, string target)
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        Directory.Delete(rootfs.Inside(place), recursive: true);
        rootfs.Link(place, target.Replace("{outside}", outside.Path));
        Minirun.Run("run", rootfs.Path, "true").Fails(125, "must be mounted on ordinary directory", place);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    /// <summary>T6 (CVE-2026-88264): what lies in the image's own /dev is below ours and never used.</summary>
    [Theory]
    [InlineData("console")]
    [InlineData("ptmx")]
    [InlineData("pts")]
    [InlineData("shm")]
    [InlineData("fd")]
    [InlineData("stdin")]
    [InlineData("null")]
    public void The_images_own_dev_is_never_used(string name)
    {
        using var rootfs = new TemporaryRootfs();
        using var outside = new TemporaryDirectory();
        rootfs.Link("/dev/" + name, Path.Combine(outside.Path, "made"));
        Minirun.Run("run", "-t", rootfs.Path, "sh", "-c", "test -c /dev/null && test -d /dev/pts && test -d /dev/shm && tty").Exits(0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    /// <summary>T12 (CVE-2025-31133): masking binds a device that is looked at, from the host, not the image's.</summary>
    [Theory]
    [InlineData("symlink")]
    [InlineData("file")]
    [InlineData("fifo")]
    public void Masked_paths_stay_masked_whatever_the_image_calls_dev_null(string kind)
    {
        using var rootfs = new TemporaryRootfs();
        string path = rootfs.Inside("/dev/null");
        if (kind == "symlink") rootfs.Link("/dev/null", "/proc/sys/kernel/core_pattern");
        else if (kind == "file") File.WriteAllText(path, "evil");
        else Minirun.Other("mkfifo", path).Succeeds();
        Result result = Minirun.Run("run", rootfs.Path, "sh", "-c",
            "cat /proc/keys /proc/timer_list | wc -c; echo x > /proc/sys/kernel/core_pattern || echo refused; test -c /dev/null && echo "
                + "device")
            .Exits(0);
        Assert.Equal(["0", "refused", "device"], result.Lines);
    }

    /// <summary>T13 (CVE-2025-52565): the terminal comes from our own devpts also when a volume lies on /dev.</summary>
    [Fact]
    public void A_terminal_is_not_taken_from_a_volume_on_dev_pts()
    {
        using var rootfs = new TemporaryRootfs();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "0"), "evil");
        File.WriteAllText(Path.Combine(volume.Path, "ptmx"), "evil");
        Result result = Minirun.Run("run", "-t", "-v", $"{volume.Path}:/dev/pts", rootfs.Path, "tty");
        Assert.Equal(125, result.ExitCode);
        Assert.Equal("evil", File.ReadAllText(Path.Combine(volume.Path, "0")));
        Assert.Equal("evil", File.ReadAllText(Path.Combine(volume.Path, "ptmx")));
    }

    /// <summary>T9 (CVE-2022-29162, CVE-2022-27650): the inheritable and ambient sets are empty, whoever runs it.</summary>
    [Theory]
    [InlineData()]
    [InlineData("--userns", "single")]
    [InlineData("--userns", "single", "-u", "1000:1000")]
    [InlineData("--privileged")]
    [InlineData("--cap-add", "SYS_ADMIN")]
    [InlineData("--init")]
    public void The_inheritable_set_is_empty(params string[] flags)
    {
        Result result = Minirun.Run(["run", .. flags, Rootfs.Busybox, "grep", "-E", "CapInh|CapAmb", "/proc/self/status"]).Succeeds();
        Assert.Equal(["CapInh:\t0000000000000000", "CapAmb:\t0000000000000000"], result.Lines);
    }

    /// <summary>A root file system without anything but the command still starts: what is missing is made, or left out.</summary>
    [Fact]
    public void A_root_file_system_of_one_file_runs()
    {
        using var directory = new TemporaryDirectory();
        File.Copy(Programs.Probe, Path.Combine(directory.Path, "probe"));
        Result result = Minirun.Run("run", directory.Path, "/probe", "exit", "9");
        result.Exits(9);
    }

    /// <summary>T4 (CVE-2019-5736), as far as run has it: fork-news that stays as PID 1 was executed from a read-only mount.</summary>
    [Theory]
    [InlineData()]
    [InlineData("--privileged")]
    public void Minirun_cannot_be_overwritten_from_inside(params string[] flags)
    {
        byte[] before = File.ReadAllBytes(Programs.Minirun);
        Result result = Minirun.Run(
            ["run", "--init", .. flags, Rootfs.Busybox, "sh", "-c",
                "cat /bin/busybox > /proc/1/exe || echo refused; echo > /proc/self/exe"]);
        Assert.Contains("refused", result.Out);
        Assert.Equal(before, File.ReadAllBytes(Programs.Minirun));
    }

    /// <summary>T11: with 0, 1 or 2 closed, nothing of minirun's own takes their place.</summary>
    [Theory]
    [InlineData("exec <&-")]
    [InlineData("exec <&- 2>&-")]
    public void Closed_standard_descriptors_become_dev_null(string before)
    {
        Result result = Minirun.Run(new Start { Before = before }, "run", Rootfs.Busybox, "sh", "-c",
            "readlink /proc/self/fd/0; readlink /proc/self/fd/2");
        result.Exits(0);
        Assert.Equal("/dev/null", result.Lines[0]);
        Assert.DoesNotContain("socket:", result.Out);
        Assert.DoesNotContain("memfd:", result.Out);
    }
}
