using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// The propagation of every mount, beside runc's, and what it does in both directions. In a mount namespace that stands in for the host's.
/// </summary>
public sealed class PropagationTests
{
    private static readonly string[] s_options =
        ["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"];

    /// <summary>Three trees of two mounts: shared with the host's, a slave of another one of the host's, and private.</summary>
    private const string Trees = """
        host=$1; shift
        mount --make-rprivate / && mount -t tmpfs base "$host" && mount --make-shared "$host" || exit 99
        for t in shared master private; do
            mkdir "$host/$t" && mount -t tmpfs $t "$host/$t" && mkdir "$host/$t/sub" && mount -t tmpfs $t "$host/$t/sub" || exit 99
        done
        mkdir "$host/slave" && mount --rbind "$host/master" "$host/slave" && mount --make-rslave "$host/slave" || exit 99
        mount --make-rprivate "$host/private"
        mkdir "$host/rootfs" && cp -a "$1/." "$host/rootfs" && shift || exit 99
        """;

    private const string Compare = Trees + """

        cat /proc/self/mountinfo >"$host/before"
        sed 's/^/HOST /' "$host/before"
        "$@"; status=$?
        cmp /proc/self/mountinfo "$host/before" || exit 98
        exit $status
        """;

    public static TheoryData<string> OfRoot => ["", .. s_options.Where(option => option != "runbindable")];

    /// <summary>
    /// "/" itself is as the specification has it ("sets the rootfs's mount propagation"); runc leaves it private when it is to be shared or
    /// unbindable, and before 1.5 also when it is to be a slave.
    /// </summary>
    [TheoryRequires(Need.Root | Need.Runc)]
    [MemberData(nameof(OfRoot))]
    public void Each_mount_propagates_as_with_runc(string ofRoot)
    {
        Dictionary<string, string> ours = Look(MountBundle.Runtime, ofRoot, hooks: false), runcs = Look("runc", ofRoot, hooks: false);
        Assert.True(ours.Count > 60, string.Join('\n', ours));
        CheckRoot(ofRoot, ours, runcs);
        Assert.Equal(runcs.OrderBy(each => each.Key), ours.OrderBy(each => each.Key));
    }

    [TheoryRequires(Need.Root | Need.Runc)]
    [InlineData("")]
    [InlineData("slave")]
    public void So_it_does_when_hooks_look_at_the_root(string ofRoot)
    {
        Dictionary<string, string> ours = Look(MountBundle.Runtime, ofRoot, hooks: true), runcs = Look("runc", ofRoot, hooks: true);
        CheckRoot(ofRoot, ours, runcs);
        Assert.Equal(runcs.OrderBy(each => each.Key), ours.OrderBy(each => each.Key));
    }

    private static void CheckRoot(string ofRoot, Dictionary<string, string> ours, Dictionary<string, string> runcs)
    {
        if (ofRoot is "" or "rslave" or "private" or "rprivate") return;
        if (MountBundle.IsOurs)
            Assert.Equal(ofRoot.Contains("shared") ? "shared:own" : ofRoot == "slave" ? "master:HOST" : "unbindable", ours["/"]);
        // What is bound of the root itself is what the root is.
        string[] places = ofRoot != "slave" ? ["/"] : runcs["/"].Length == 0 ? ["/", "/etc"] : [];
        foreach (string place in places)
        {
            ours.Remove(place);
            runcs.Remove(place);
        }
    }

    /// <summary>Where mounts go: out of the container, and into it.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("shared", "rshared", true, true)]
    [InlineData("rshared", "shared", true, true)]
    [InlineData("rslave", "rslave", false, true)]
    [InlineData("", "", false, true)]
    [InlineData("", "rprivate", false, false)]
    [InlineData("rprivate", "", false, false)]
    [InlineData("shared", "runbindable", false, false)]
    public void Mounts_go_where_they_are_to_go(string ofRoot, string option, bool out_, bool in_)
    {
        const string script = Trees + """

            mkdir "$host/private/sync" "$host/shared/in" "$host/shared/out" || exit 99
            mkfifo "$host/private/sync/a" "$host/private/sync/b" || exit 99
            "$@" & 
            read made <"$host/private/sync/a"
            if mountpoint -q "$host/shared/out"; then echo "out: seen"; else echo "out: unseen"; fi
            mount -t tmpfs new "$host/shared/in" && echo go >"$host/private/sync/b"
            wait $!
            """;
        using var bundle = new MountBundle();
        using var host = new TemporaryDirectory();
        Edit(bundle, host.Path, ofRoot);
        bundle.Mount("/m", "bind", host.Path + "/shared", option.Length == 0 ? ["rbind"] : ["rbind", option]);
        bundle.Mount("/sync", "bind", host.Path + "/private/sync", "bind");
        const string inside = """
            mount -t tmpfs t /m/out && echo made >/sync/a && read go </sync/b
            if grep -q ' /m/in ' /proc/self/mountinfo; then echo 'in: seen'; else echo 'in: unseen'; fi
            """;
        string[] command = bundle.Command(inside);
        Result result =
            Minirun.Other("timeout", ["20", "unshare", "-m", "bash", "-c", script, "bash", host.Path, bundle.Rootfs.Path, .. command]);
        string[] expected = [$"out: {(out_ ? "seen" : "unseen")}", $"in: {(in_ ? "seen" : "unseen")}"];
        Assert.True(expected.All(result.Lines.Contains), result.ToString());
    }

    /// <summary>The propagation of each mount inside, by its place; a group of the host's by where the host has it.</summary>
    private static Dictionary<string, string> Look(string runtime, string ofRoot, bool hooks)
    {
        using var bundle = new MountBundle();
        using var host = new TemporaryDirectory();
        Edit(bundle, host.Path, ofRoot);
        foreach (string option in (string[])["", .. s_options])
        {
            string[] options = option.Length == 0 ? [] : [option];
            bundle.Mount($"/m/new-{option}", "tmpfs", "new", options);
            foreach (string tree in (string[])["shared", "slave", "private"])
            {
                bundle.Mount($"/m/{tree}-r-{option}", "bind", $"{host.Path}/{tree}", ["rbind", .. options]);
                bundle.Mount($"/m/{tree}-{option}", "bind", $"{host.Path}/{tree}", ["bind", .. options]);
            }
        }
        if (hooks)
            bundle.Config["hooks"] = new JsonObject { ["createContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/true" }) };
        string[] command = bundle.CommandOf(runtime, "cat /proc/self/mountinfo");
        Result result =
            Minirun.Other("unshare", ["-m", "bash", "-c", Compare, "bash", host.Path, bundle.Rootfs.Path, .. command]).Succeeds();
        Dictionary<string, string> groups = [];
        foreach (Mount mount in result.Lines.Where(line => line.StartsWith("HOST ")).Select(line => Mount.Parse(line["HOST ".Length..])))
            foreach (string field in mount.Optional.Where(field => field.StartsWith("shared:")))
                groups[field["shared:".Length..]] = mount.Target;
        Dictionary<string, string> inside = [];
        foreach (Mount mount in result.Lines.Where(line => line.Length > 0 && char.IsDigit(line[0])).Select(Mount.Parse))
            inside[mount.Target] = string.Join(' ', mount.Optional.Select(field => Name(field, groups, host.Path)));
        return inside;
    }

    private static string Name(string field, Dictionary<string, string> groups, string host)
    {
        string[] parts = field.Split(':');
        return parts.Length == 1
            ? field
            : $"{parts[0]}:{(groups.TryGetValue(parts[1], out string? place) ? place.Replace(host, "HOST") : "own")}";
    }

    private static void Edit(MountBundle bundle, string host, string ofRoot)
    {
        bundle.Config["root"]!["path"] = host + "/rootfs";
        bundle.With("maskedPaths", new JsonArray("/proc/keys")).With("readonlyPaths", new JsonArray("/proc/sys", "/etc"));
        if (ofRoot.Length > 0) bundle.With("rootfsPropagation", ofRoot);
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            bundle.Config["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SYS_ADMIN");
    }
}
