using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>Mounts of containers that share a namespace with the host, and options that only some runtimes have.</summary>
public sealed class SharedNamespaceMountTests
{
    [Theory]
    [InlineData("network", "sysfs", "/sys")]
    [InlineData("pid", "proc", "/proc")]
    public void In_a_user_namespace_the_callers_is_shown_where_no_new_one_can_be_had(string shared, string type, string place)
    {
        if (Kernel.Uid != 0 || !MountBundle.IsOurs) return;   // crun's way
        using MountBundle bundle = new MountBundle(proc: type != "proc").WithUserNamespace();
        Without(bundle, shared);
        Result result = bundle.Mount(place, type, type, "nosuid", "noexec", "nodev", "ro")
            .Run(
                $"ls {place} | head -n 1; touch {place}/fs/cgroup/memory/x {place}/sys/kernel/hostname 2>/dev/null && echo writable; true");
        Assert.Equal(0, result.ExitCode);
        Assert.NotEqual("", result.Lines[0]);
        Assert.DoesNotContain("writable", result.Out);
        Assert.Contains($"the caller's {place} is shown instead", result.Error);
    }

    [Requires(Need.Root)]
    public void A_mount_namespace_that_exists_is_mounted_in()
    {
        using var bundle = new MountBundle();
        bundle.Rootfs.Write("/mark", "inside");
        using var other = new RunningProgram(Start.Plain, "unshare", ["-m", "--propagation", "private", "cat"]);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (File.ResolveLinkTarget($"/proc/{other.Pid}/ns/mnt", false)?.Name == File.ResolveLinkTarget("/proc/self/ns/mnt", false)?.Name)
            Assert.False(deadline.IsCancellationRequested);
        foreach (JsonNode? each in bundle.Linux["namespaces"]!.AsArray())
            if ((string?)each!["type"] == "mount") each["path"] = $"/proc/{other.Pid}/ns/mnt";
        string before = File.ReadAllText("/proc/self/mountinfo");
        Assert.Equal("inside", bundle.Sh("cat /mark"));
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Requires(Need.Root)]
    public void Symlinks_are_copied_or_bound_as_they_are()
    {
        if (!MountBundle.IsOurs) return;   // crun's options
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        string link = Path.Combine(volume.Path, "link");
        File.CreateSymbolicLink(link, "/nowhere");
        bundle.Mount("/copied", "bind", link, "bind", "copy-symlink").Mount("/bound", "bind", link, "bind", "src-nofollow");
        Assert.Equal("/nowhere\n/nowhere", bundle.Sh("readlink /copied; readlink /bound"));
    }

    [Requires(Need.Root)]
    public void A_target_that_is_a_symlink_can_be_covered_itself()
    {
        if (!MountBundle.IsOurs) return;
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        File.CreateSymbolicLink(Path.Combine(volume.Path, "link"), "/new");
        bundle.Rootfs.Link("/place", "/old");
        Assert.Equal("/new",
            bundle.Mount("/place", "bind", Path.Combine(volume.Path, "link"), "bind", "src-nofollow", "dest-nofollow")
                .Sh("readlink /place"));
    }

    [Requires(Need.Root)]
    public void Remount_changes_what_is_mounted_there()
    {
        using var bundle = new MountBundle();
        Mount mount = bundle.Mount("/t", "tmpfs", "tmpfs", "nosuid").Mount("/t", "tmpfs", "tmpfs", "remount", "ro", "noexec").Look("/t");
        Assert.Superset(new HashSet<string> { "ro", "noexec" }, mount.Options.ToHashSet());
    }

    private static void Without(MountBundle bundle, string type)
    {
        JsonArray namespaces = bundle.Linux["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.First(each => (string?)each!["type"] == type));
    }
}
