using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// Containers without a mount namespace of their own: what they mount is mounted in the caller's, and is gone when they are. In a mount
/// namespace that stands in for the host's.
/// </summary>
public sealed class HostMountTests
{
    /// <summary>$1: the runtime, $2: its root, $3: the bundle. A volume with a mount of the host's in it, shared with the host's.</summary>
    private const string Begin = """
        oci() { runtime=$1; "$runtime" --root "$root" "${@:2}"; }
        program=$1 root=$2 bundle=$3
        mkdir -p "$bundle/volume/sub" && mount -t tmpfs kept "$bundle/volume/sub" && echo kept >"$bundle/volume/sub/file" || exit 99
        mounts() { cut -d' ' -f3-5,7- /proc/self/mountinfo | sort; }
        mounts >"$root.before"

        """;

    [TheoryRequires(Need.Root)]
    [InlineData("private")]
    [InlineData("shared")]
    public void What_it_mounts_is_on_the_host_until_it_is_deleted(string propagation)
    {
        using MountBundle bundle = Bundle();
        Result result = Host(bundle, propagation, """
            oci "$program" run -d --bundle "$bundle" c >/dev/null 2>&1 || exit 98
            grep -c " $bundle_root" /proc/self/mountinfo
            cat "$bundle_root/volume/sub/file"
            oci "$program" exec c sh -c 'cat /volume/sub/file; echo x >/dev/null && readlink /proc/self/cwd'
            oci "$program" exec c sh -c 'test -e /volume/../etc/debian_version || echo inside'
            oci "$program" delete --force c || exit 97
            mounts | diff "$root.before" -
            cat "$bundle/volume/sub/file"
            """);
        string[] lines = result.Exits(0).Lines;
        Assert.True(int.Parse(lines[0]) > 4, result.Out);
        Assert.Equal(["kept", "kept", "/", "inside", "kept"], lines[1..]);
    }

    [Requires(Need.Root)]
    public void It_is_gone_after_a_run_in_the_foreground_and_when_the_container_could_not_be_made()
    {
        using MountBundle bundle = Bundle();
        Result result = Host(bundle, "shared", """
            oci "$program" run --bundle "$bundle" c && mounts | diff "$root.before" - || exit 98
            sed -i 's/"sh"/"nothing-of-that-name"/' "$bundle/config.json"
            oci "$program" run --bundle "$bundle" c && exit 97
            mounts | diff "$root.before" -
            """, "echo ran");
        Assert.Equal("ran", result.Exits(0).Out.Trim());
        Assert.Contains("nothing-of-that-name", result.Error);
    }

    [Requires(Need.Root)]
    public void Its_root_is_read_only_and_the_hosts_directory_is_not()
    {
        using MountBundle bundle = Bundle();
        bundle.Config["root"]!["readonly"] = true;
        Result result = Host(bundle, "private", """
            oci "$program" run --bundle "$bundle" c && touch "$bundle_root/by-the-host" && mounts | diff "$root.before" -
            """, "touch /x 2>/dev/null && echo writable; touch /volume/sub/x && echo volume");
        Assert.Equal("volume", result.Exits(0).Out.Trim());
    }

    [TheoryRequires(Need.Root)]
    [InlineData("rm state.json")]
    [InlineData(": >state.json")]
    [InlineData("echo '{\"id\":' >state.json")]
    [InlineData("sed -i 's/\"hostRoot\"/\"hostRoof\"/' state.json")]
    [InlineData("sed -i 's/\"inode\": *[0-9]*/\"inode\":1/; s/\"mount\": *[0-9]*/\"mount\":1/' state.json")]
    [InlineData("rm state.json; kill -9 $(cut -d' ' -f2 init); rm init")]
    public void It_is_gone_also_where_the_state_is_lost(string damage)
    {
        if (!OciBundle.IsOurs) return;
        using MountBundle bundle = Bundle();
        Result result = Host(bundle, "shared", $$"""
            oci "$program" run -d --bundle "$bundle" c >/dev/null 2>&1 || exit 98
            before=$(sha256sum "$root/c/state.json")
            (cd "$root/c" && {{damage}}) || exit 97
            [[ $(sha256sum "$root/c/state.json" 2>/dev/null) != "$before" ]] || exit 96
            oci "$program" delete --force c || exit 95
            [[ ! -e $root/c ]] && mounts | diff "$root.before" -
            """);
        result.Exits(0);
    }

    [Requires(Need.Root)]
    public void Another_mount_on_its_root_is_left()
    {
        using MountBundle bundle = Bundle();
        Result result = Host(bundle, "private", """
            oci "$program" run -d --bundle "$bundle" c >/dev/null 2>&1 || exit 98
            umount -R -l "$bundle_root" && mount -t tmpfs another "$bundle_root" || exit 97
            oci "$program" delete --force c
            grep -c " $bundle_root .*another" /proc/self/mountinfo
            """);
        Assert.Equal("1", result.Exits(0).Out.Trim());
    }

    /// <summary>It was on the host's root: setns(2) has none to give without a mount namespace.</summary>
    [Requires(Need.UserNamespaces)]
    public void Exec_is_in_the_root_of_the_container()
    {
        using var bundle = new MountBundle(proc: false);
        bundle.Config["mounts"] = new JsonArray();
        bundle.Rootfs.Write("/of-the-container", "yes");
        bundle.Linux["namespaces"] = new JsonArray(new JsonObject { ["type"] = "user" }, new JsonObject { ["type"] = "pid" });
        foreach (var (name, id) in new[] { ("uidMappings", Kernel.Uid), ("gidMappings", Kernel.Gid) })
            bundle.Linux[name] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = id, ["size"] = 1 });
        string[] run = bundle.Command("sleep 1000", "-d");
        Minirun.Other("sh", ["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh", .. run]).Exits(0);
        string[] oci = run[..3];
        Result inside = Minirun.Other(oci[0], [.. oci[1..], "exec", run[^1], "sh", "-c", "cat /of-the-container; pwd; ls -d /.."]);
        Minirun.Other(oci[0], [.. oci[1..], "delete", "--force", run[^1]]).Exits(0);
        Assert.Equal("yes/\n/..", inside.Exits(0).Out.Trim());
    }

    private static MountBundle Bundle()
    {
        MountBundle bundle = new();
        JsonArray namespaces = bundle.Linux["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.First(each => (string?)each!["type"] == "mount"));
        foreach (string name in (string[])["maskedPaths", "readonlyPaths"]) bundle.Linux.Remove(name);
        return bundle.Mount("/volume", "bind", Path.Combine(bundle.Path_, "volume"), "rbind", "rshared")
            .Mount("/t", "tmpfs", "tmpfs", "ro");
    }

    private static Result Host(MountBundle bundle, string propagation, string script, string command = "sleep 1000")
    {
        string[] run = bundle.Command(command);
        string begin = $"mount --make-rprivate / && mount --make-r{propagation} / || exit 99; bundle_root={bundle.Rootfs.Path}\n";
        string text = begin + Begin + script;
        return Minirun.Other("unshare", ["-m", "bash", "-c", text, "bash", run[0], run[2], bundle.Path_]);
    }
}
