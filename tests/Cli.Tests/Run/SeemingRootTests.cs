using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Who only seems to be root, in a user namespace with one id (`unshare -Ur`), is an ordinary user of the machine.</summary>
public sealed class SeemingRootTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    private Start How => new()
    {
        Environment = new()
        {
            ["HOME"] = _home.Path,
            ["XDG_DATA_HOME"] = null,
            ["XDG_RUNTIME_DIR"] = null,
            ["MINIRUN_ROOT"] = null,
        },
    };

    [Requires(Need.UserNamespaces)]
    public void A_container_does_without_setgroups_where_that_is_denied()
    {
        Result result = Support.Minirun.Other(How, "unshare", ["-U", "-r", Programs.Minirun, "run", Rootfs.Busybox, "id", "-u"]);
        Assert.Equal("0\n", result.Exits(0).Out);
        Support.Minirun.Other(How, "unshare", ["-U", "-r", Programs.Minirun, "run", "--userns", "single", Rootfs.Busybox, "true"]).Exits(0);
    }

    [Requires(Need.UserNamespaces | Need.User)]
    public void Background_containers_are_kept_below_its_home()
    {
        const string script = "\"$1\" run -d --name web --net none \"$2\" sleep 1000 && \"$1\" ps -q && \"$1\" rm -f web";
        Support.Minirun.Other(How, "unshare", ["-U", "-r", "sh", "-ec", script, "sh", Programs.Minirun, Rootfs.Busybox]).Exits(0);
        Assert.True(Directory.Exists(_home[".local/share/minirun"]));
    }

    /// <summary>runc's words, and what to do.</summary>
    [Requires(Need.User)]
    public void A_bundle_without_a_user_namespace_is_told_what_it_lacks()
    {
        using var bundle = new TemporaryDirectory();
        Directory.CreateDirectory(bundle["rootfs"]);
        Start how = How with { WorkingDirectory = bundle.Path };
        Support.Minirun.Other(how, Path.Combine(Programs.Bin, "minirun-oci"), ["--root", bundle["state"], "spec"]).Exits(0);
        Result result = Support.Minirun.Other(how, Path.Combine(Programs.Bin, "minirun-oci"), ["--root", bundle["state"], "run", "c1"]);
        Assert.True(result.ExitCode == 1 && result.Error.Contains("rootless container requires user namespaces"), result.ToString());
        Assert.Contains("minirun-oci spec --rootless", result.Error);
    }
}
