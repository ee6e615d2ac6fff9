using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Root file systems made by an attacker, for bundles: the cases T1, T5, T6, T7, T12, T15.</summary>
public sealed class HostileBundleTests
{
    [Theory]
    [InlineData("/proc")]
    [InlineData("/sys")]
    public void Proc_and_sys_are_mounted_on_ordinary_directories_only(string place)
    {
        if (Kernel.Uid != 0) return;
        using var bundle = new MountBundle(proc: place != "/proc");
        Directory.Delete(bundle.Rootfs.Inside(place), recursive: true);
        bundle.Rootfs.Link(place, "/tmp");
        bundle.Mount(place, place == "/proc" ? "proc" : "sysfs", "x");
        Result result = bundle.Run("true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", result.Error);
    }

    [Theory]
    [InlineData("/dev")]
    [InlineData("/dev/shm")]
    [InlineData("/link/x")]
    public void A_symlink_in_the_root_never_leads_a_mount_outside(string destination)
    {
        if (Kernel.Uid != 0 || !MountBundle.IsOurs) return;   // runc 1.1.5 makes devices and links there: CVE-2026-41579
        using var bundle = new MountBundle();
        using var outside = new TemporaryDirectory();
        Directory.Delete(bundle.Rootfs.Inside("/dev"), recursive: true);
        bundle.Rootfs.Link("/dev", outside.Path);
        bundle.Rootfs.Link("/link", outside.Path);
        string before = File.ReadAllText("/proc/self/mountinfo");
        bundle.Mount(destination, "tmpfs", "tmpfs").Run("true");
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Theory]
    [InlineData("/proc/self/attr", "tmpfs")]
    [InlineData("/proc/sys/kernel", "tmpfs")]
    [InlineData("/proc", "tmpfs")]
    public void Nothing_else_is_mounted_on_proc(string destination, string type)
    {
        if (Kernel.Uid != 0 || !MountBundle.IsOurs) return;   // runc since 1.2; 1.1.5 lets a tmpfs cover /proc/sys/kernel
        using var bundle = new MountBundle();
        Result result = bundle.Mount(destination, type, "x").Run("true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("cannot be mounted because it is", result.Error);
    }

    [Requires(Need.Root)]
    public void A_symlink_into_proc_is_no_way_around_that()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        bundle.Rootfs.Link("/link", "/proc/sys");
        Assert.NotEqual(0, bundle.Mount("/link", "bind", volume.Path, "bind").Run("true").ExitCode);
        Assert.NotEqual(0, bundle.Mount("/link/kernel", "tmpfs", "x").Run("true").ExitCode);
    }

    [Requires(Need.Root)]
    public void What_is_no_procfs_is_not_bound_on_proc()
    {
        using var bundle = new MountBundle(proc: false);
        using var fake = new TemporaryDirectory();
        Assert.NotEqual(0, bundle.Mount("/proc", "bind", fake.Path, "rbind").Run("true").ExitCode);
    }

    [Requires(Need.Root)]
    public void What_lxcfs_emulates_may_be_replaced()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "uptime"), "1.00 1.00");
        Assert.Equal("1.00 1.00", bundle.Mount("/proc/uptime", "bind", Path.Combine(volume.Path, "uptime"), "bind").Sh("cat /proc/uptime"));
    }

    [Theory]
    [InlineData("symlink")]
    [InlineData("regular")]
    public void A_hostile_dev_null_of_the_root_masks_nothing_less(string kind)
    {
        if (Kernel.Uid != 0) return;
        using var bundle = new MountBundle();
        // only /proc: the root's own /dev is used
        bundle.Config["mounts"] = new JsonArray(bundle.Config["mounts"]!.AsArray()[0]!.DeepClone());
        bundle.Rootfs.Write("/secret", "secret");
        File.Delete(bundle.Rootfs.Inside("/dev/null"));
        if (kind == "symlink") bundle.Rootfs.Link("/dev/null", "/secret");
        else bundle.Rootfs.Write("/dev/null", "fake");
        Result result = bundle.With("maskedPaths", new JsonArray("/secret")).Run("cat /secret");
        Assert.DoesNotContain("secret\n", result.Out + "\n");
        Assert.True(result.ExitCode != 0 || result.Out.Length == 0, result.ToString());
    }

    [Requires(Need.Root)]
    public void A_read_only_root_stays_so_whatever_lies_on_proc()
    {
        using var bundle = new MountBundle();
        bundle.Config["root"]!["readonly"] = true;
        bundle.Rootfs.Link("/evil", "/proc/self/fd");
        Assert.Equal("", bundle.Sh("touch /x 2>/dev/null && echo writable; true"));
    }

    /// <summary>
    /// T7 (CVE-2021-30465): a shared volume in which another process swaps a directory and a symlink while containers start.
    /// </summary>
    [Requires(Need.Root)]
    public void A_race_for_the_target_never_ends_outside()
    {
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(volume.Path, "place"));
        File.CreateSymbolicLink(Path.Combine(volume.Path, "link"), outside.Path);
        bundle.Mount("/volume", "bind", volume.Path, "rbind").Mount("/volume/place/inner", "tmpfs", "tmpfs");
        string before = File.ReadAllText("/proc/self/mountinfo");
        using var stop = new CancellationTokenSource();
        var racer = Task.Run(() =>
        {
            string place = Path.Combine(volume.Path, "place"), link = Path.Combine(volume.Path, "link"),
                spare = Path.Combine(volume.Path, "spare");
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Directory.Move(place, spare);
                    File.CreateSymbolicLink(place, outside.Path);
                    File.Delete(place);
                    Directory.Move(spare, place);
                }
                catch (IOException)
                {
                    // The runtime made the directory in the moment in which it was away: that one goes on.
                    if (Directory.Exists(spare)) Directory.Delete(spare, recursive: true);
                    Directory.CreateDirectory(place);
                }
            }
        });
        for (int i = 0; i < 20; i++) bundle.Run("true");
        stop.Cancel();
        racer.Wait();
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }
}
