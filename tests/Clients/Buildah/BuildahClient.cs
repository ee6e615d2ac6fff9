using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;

namespace Minirun.Clients.Buildah;

/// <summary>buildah, which drives the runtime itself: create, start, state, kill, delete.</summary>
public sealed class BuildahClient() : Client("buildah")
{
    public override string Image => "localhost/busybox:test";

    protected override (string Program, string Package)[] Programs =>
        [("buildah", "buildah"), .. Kernel.Uid == 0 ? [] : new[] { ("newuidmap", "uidmap") }];

    protected override string[] Command =>
        ["buildah", "--storage-driver", "overlay", "--root", Realm.Directory + "/store", "--runroot", Realm.Directory + "/run/root"];

    protected override string[] Hello => Build("hello", "RUN true");

    /// <summary>Recipes lie in a directory that has nothing else.</summary>
    internal string Recipe(string name, string text) => Path.GetDirectoryName(Realm.Write($"recipes/{name}/Containerfile", text))!;

    /// <summary>The command line that builds NAME from the image with these instructions.</summary>
    internal string[] Build(string name, params string[] instructions) =>
        ["bud", "--isolation", "oci", "--network", "none", "--runtime", RuntimeUnderTest.Path, "--tag", name,
            Recipe(name, $"FROM {Image}\n" + string.Join('\n', instructions) + "\n")];

    internal override string Inside(string script, params string[] arguments) =>
        Kernel.Uid == 0
            ? base.Inside(script, arguments)
            : Run(["unshare", "/bin/bash", Realm.ScriptPath(script), .. arguments]).Exits(0).Out;

    protected override void SetUp()
    {
        Realm.Sh("mkdir -p \"$1\"/home && mkdir -p -m 700 \"$1\"/run", Realm.Directory);
        string recipe = Recipe("base", "FROM scratch\nADD busybox.tar /\nENV PATH=/bin\nCMD sh\n");
        Realm.Sh("tar -C \"$1\" -cf \"$2\"/busybox.tar .", Path.Combine(Cli.Tests.Support.Programs.Samples, "busybox"), recipe);
        Run("bud", "--tag", Image, recipe).Exits(0);
    }

    protected override void TearDown()
    {
        if (Kernel.Uid != 0) Run("unshare", "rm", "-rf", Realm.Directory + "/store");
    }

    protected override string[] WithRuntime(string path, string[] arguments) =>
        [.. arguments.Select(word => word == RuntimeUnderTest.Path ? path : word)];
}
