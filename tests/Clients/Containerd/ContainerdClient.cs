using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;

namespace Minirun.Clients.Containerd;

/// <summary>A containerd, and ctr in front of it.</summary>
public sealed partial class ContainerdClient() : Client("containerd")
{
    private RunningProgram? _daemon;

    /// <summary>A directory: ctr runs it as the root file system.</summary>
    public override string Image => Path.Combine(Cli.Tests.Support.Programs.Samples, "busybox");

    /// <summary>The same as an image, for CRI and for what ctr does with images only.</summary>
    internal const string ImageName = "localhost/busybox:test";

    internal string Socket => Realm.Directory + "/run/containerd.sock";

    protected override (string Program, string Package)[] Programs => [("containerd", "containerd"), ("ctr", "containerd")];

    protected override bool NeedsRoot => true;

    protected override string[] Command => ["ctr", "--address", Socket];

    protected override string[] Hello => Container("hello", [], "true");

    /// <summary>The words of a container in the foreground.</summary>
    internal string[] Container(string id, string[] options, params string[] command) =>
        ["run", .. options.Contains("--detach") ? [] : new[] { "--rm" }, "--runc-binary", RuntimeUnderTest.Path, "--env", "PATH=/bin",
            "--rootfs", .. options, Image, id, .. command];

    internal string[] Container(string[] options, params string[] command) => Container($"c{Guid.NewGuid():n}"[..10], options, command);

    internal Task Detach(string[] options, params string[] command)
    {
        string id = $"c{Guid.NewGuid():n}"[..10];
        // The log takes the place of ctr's terminal, which would be gone.
        Run(Container(id, ["--detach", "--log-uri", "file://" + Log(id), .. options], command)).Exits(0);
        return new Task(this, id);
    }

    internal string Log(string id) => $"{Realm.Directory}/volumes/{id}.log";

    protected override void SetUp()
    {
        string directory = Realm.Directory;
        Realm.Write("volumes/.keep", "");
        Realm.Write("cni/10-test.conflist", """
            { "cniVersion": "0.4.0", "name": "test", "plugins": [{ "type": "loopback" }] }
            """);
        Realm.Write("containerd.toml", $"""
            version = 2
            root = "{directory}/store"
            state = "{directory}/run/state"
            disabled_plugins = ["io.containerd.internal.v1.opt"]
            [grpc]
              address = "{Socket}"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{ImageName}"
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "/usr/lib/cni"
                conf_dir = "{directory}/cni"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                runtime_type = "io.containerd.runc.v2"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                  BinaryName = "{RuntimeUnderTest.Path}"

            """);
        var how = new Start { Deadline = TimeSpan.FromMinutes(20) };
        _daemon = Realm.Start(how, "containerd", "--config", directory + "/containerd.toml");
        _daemon.Await(() => File.Exists(Realm.Outside(Socket)) && Run("version").ExitCode == 0, "containerd");
        ImportImage();
    }

    private void ImportImage()
    {
        Realm.Script("image.sh", Image, ImageName, Realm.Directory + "/image.tar");
        // CRI sees its own namespace only.
        foreach (string name in (string[])["default", "k8s.io"])
            Run("--namespace", name, "images", "import", "--all-platforms", Realm.Directory + "/image.tar").Exits(0);
    }

    /// <summary>
    /// Parents of what containers have, of ctr's namespace and of CRI's: cgroups in whichever hierarchies were needed, directories.
    /// </summary>
    protected override bool Keeps(string leftover) => s_parents.Any(name => leftover.EndsWith(name, StringComparison.Ordinal));

    private static readonly string[] s_parents =
        ["/default", "/k8s.io", "/io.containerd.grpc.v1.cri/containers", "/io.containerd.grpc.v1.cri/sandboxes"];

    protected override void TearDown() => _daemon?.Dispose();

    protected override string[] WithRuntime(string path, string[] arguments) =>
        [.. arguments.Select(word => word == RuntimeUnderTest.Path ? path : word)];
}
