using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// Mounts whose owners are mapped, or that only root reaches. Each passes with runc 1.1.5 too, but where a line says that it is newer.
/// </summary>
public sealed class IdMapMountTests
{
    [Requires(Need.Root)]
    public void Ids_of_a_bind_mount_are_mapped()
    {
        if (!MountBundle.IsOurs) return;   // runc since 1.2
        using var bundle = new MountBundle();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "file"), "");
        bundle.Mount("/v", "bind", volume.Path, "bind", "idmap").Mapped(0, 5000, 1000);
        Result result = bundle.Run("stat -c '%u %g' /v/file");
        if (result.Error.Contains("cannot map ids on this kernel")) return;   // such as an overlay below the checkout
        Assert.Equal("5000 5000", result.Exits(0).Out.Trim());
    }

    [Requires(Need.Root)]
    public void Idmap_without_maps_takes_those_of_the_container()
    {
        if (!MountBundle.IsOurs) return;   // crun's way
        using MountBundle bundle = new MountBundle().WithUserNamespace();
        using var volume = new TemporaryDirectory();
        Minirun.Other("chown", "7:8", volume.Path);
        File.WriteAllText(Path.Combine(volume.Path, "file"), "");
        bundle.Mount("/v", "bind", volume.Path, "rbind", "ridmap");
        Result result = bundle.Run("stat -c '%u %g' /v /v/file; touch /v/new");
        if (result.Error.Contains("cannot map ids on this kernel")) return;
        Assert.Equal("7 8\n0 0", result.Exits(0).Out.Trim());
    }

    [TheoryRequires(Need.Root)]
    [InlineData(false)]
    [InlineData(true)]
    public void Ids_are_mapped_of_what_an_earlier_mount_made(bool userNamespace)
    {
        if (!MountBundle.IsOurs) return;   // runc since 1.2
        using MountBundle bundle = userNamespace ? new MountBundle().WithUserNamespace() : new MountBundle();
        using var volume = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(volume.Path, "file"), "");
        bundle.Mount("/made", "bind", volume.Path, "bind");
        bundle.Mount("/shown", "bind", bundle.Rootfs.Path + "/made", "rbind", "idmap").Mapped(0, userNamespace ? 100005u : 5u, 1000);
        Result result = bundle.Run("stat -c '%u %g' /shown/file; ls -A /shown");
        if (result.Error.Contains("cannot map ids on this kernel")) return;
        Assert.Equal("5 5\nfile", result.Exits(0).Out.Trim());
    }

    [Requires(Need.Root)]
    public void A_source_that_only_root_reaches_is_bound_in_a_user_namespace()
    {
        using MountBundle bundle = new MountBundle().WithUserNamespace();
        using var volume = new TemporaryDirectory();
        string inner = Path.Combine(volume.Path, "closed", "open");
        Directory.CreateDirectory(inner);
        File.WriteAllText(Path.Combine(inner, "file"), "reached");
        File.SetUnixFileMode(Path.Combine(volume.Path, "closed"), (UnixFileMode)0b111_000_000);
        Assert.Equal("reached", bundle.Mount("/v", "bind", inner, "bind", "ro").Sh("cat /v/file"));
    }
}
