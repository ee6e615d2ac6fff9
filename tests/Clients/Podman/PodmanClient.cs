using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;

namespace Minirun.Clients.Podman;

/// <summary>podman, told in containers.conf of the runtime under test: rootful for root, rootless for others.</summary>
public sealed class PodmanClient() : CommandClient("podman")
{
    protected override (string Program, string Package)[] Programs =>
        [("podman", "podman"), ("conmon", "conmon"), .. Kernel.Uid == 0 ? [] : new[] { ("newuidmap", "uidmap") }];

    protected override string[] Command =>
    [
        "/usr/bin/env", $"CONTAINERS_CONF={Realm.Directory}/containers.conf",
        "podman", "--storage-driver", "overlay", "--root", Realm.Directory + "/store", "--runroot", Realm.Directory + "/run/root",
            "--tmpdir", Realm.Directory + "/run/libpod",
    ];

    public override string[] Force => ["--force", "--time", "0"];

    internal override string Inside(string script, params string[] arguments) =>
        Kernel.Uid == 0
            ? base.Inside(script, arguments)
            : Run(["unshare", "/bin/bash", Realm.ScriptPath(script), .. arguments]).Exits(0).Out;

    protected override void SetUp()
    {
        Realm.Write("containers.conf", Configuration());
        Realm.Sh("mkdir -p \"$1\"/home && mkdir -p -m 700 \"$1\"/run", Realm.Directory);
        string archive = Path.Combine(TestRun.Directory, "busybox.tar");
        Realm.Sh("tar -C \"$1\" -cf \"$2\" .", Path.Combine(Cli.Tests.Support.Programs.Samples, "busybox"), archive);
        Run("import", "--quiet", archive, Image).Exits(0);
        // What the network's plugins make once, they keep.
        Run("run", "--rm", Image, "true");
    }

    /// <summary>
    /// Of a pod's cgroup podman removes what it has made itself, which is not all that a runtime needs on its way to a container's.
    /// </summary>
    protected override bool Keeps(string leftover) => Regex.IsMatch(leftover, "^cgroup .*/(systemd|unified)/libpod_parent/[0-9a-f]{64}$");

    /// <summary>Rootless podman keeps a process that holds its namespaces open.</summary>
    protected override void TearDown()
    {
        if (Kernel.Uid == 0) return;
        Run("unshare", "rm", "-rf", Realm.Directory + "/store");
        Realm.Sh("kill $(cat \"$1\"/run/libpod/pause.pid) 2>/dev/null; true", Realm.Directory);
    }

    protected override string[] WithRuntime(string path, string[] arguments) => ["--runtime", path, .. arguments];

    /// <summary>Which runtimes log JSON and can go without cgroups, podman cannot see: it is to be told by name.</summary>
    private string Configuration() => $"""
        [containers]
        env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "MINIRUN_CLIENT={Realm.Directory}"]
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "{RuntimeUnderTest.Name}"
        runtime_supports_json = ["crun", "runc", "minirun-oci"]
        runtime_supports_nocgroup = ["crun", "minirun-oci"]
        [engine.runtimes]
        {RuntimeUnderTest.Name} = ["{RuntimeUnderTest.Path}"]

        """;
}
