using System.Text.Json.Nodes;
using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>A bundle over the shared busybox tree, and a place for the state of its container. All is gone on Dispose.</summary>
internal sealed class OciBundle : IDisposable
{
    /// <summary>minirun-oci, or the runtime that MINIRUN_OCI_UNDER_TEST names: what we ask of ours, runc has to do too.</summary>
    public static readonly string Program = Environment.GetEnvironmentVariable("MINIRUN_OCI_UNDER_TEST") is { Length: > 0 } other
        ? other
        : Path.Combine(Programs.Bin, "minirun-oci");

    /// <summary>Another runtime stands in: what only ours does is not to be asked for.</summary>
    public static readonly bool IsOurs = Path.GetFileName(Program) == "minirun-oci";

    private readonly TemporaryDirectory _directory = new();

    public OciBundle(params string[] command) : this(_ => { }, command)
    {
    }

    /// <param name="edit">Changes to config.json.</param>
    /// <param name="command">Of the container.</param>
    public OciBundle(Action<JsonObject> edit, params string[] command)
    {
        Minirun.Other(Program,
            Kernel.Uid == 0 ? ["spec", "--bundle", _directory.Path] : ["spec", "--rootless", "--bundle", _directory.Path])
            .Succeeds();
        JsonObject config = JsonNode.Parse(File.ReadAllText(ConfigPath))!.AsObject();
        config["process"]!["args"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]);
        config["process"]!["terminal"] = false;
        config["root"]!["path"] = Rootfs.Busybox;
        // Not every machine lets it be mounted; who tests it adds it.
        config["mounts"] = new JsonArray(
            [.. config["mounts"]!.AsArray().Where(mount => (string?)mount!["type"] != "cgroup").Select(mount => mount!.DeepClone())]);
        edit(config);
        File.WriteAllText(ConfigPath, config.ToJsonString());
    }

    public string Id { get; } = "test-" + Guid.NewGuid().ToString("n")[..12];
    public string Directory => _directory.Path;
    public string ConfigPath => _directory["config.json"];
    public string Root => _directory["state"];

    /// <summary>minirun-oci with our root; <c>ID</c> stands for the container's id.</summary>
    public Result Oci(params string[] arguments) => Other(Program, arguments);

    /// <summary>The same words to another runtime, which must not see our state.</summary>
    public Result Runc(params string[] arguments) => Other("runc", arguments);

    /// <summary>A verb, perhaps with flags, that leaves processes with our stdout: that goes to a file.</summary>
    public OciBundle Make(params string[] verbs) => Make([0], verbs);

    /// <param name="allowed">Exit codes that are no failure.</param>
    /// <param name="verbs">One after the other.</param>
    public OciBundle Make(int[] allowed, params string[] verbs)
    {
        foreach (string verb in verbs)
        {
            string[] words = verb.Split(' ');
            Result result = Other(Support.Start.Plain with { Before = $"exec </dev/null >>'{_directory["out"]}' 2>>'{_directory["err"]}'" },
                Program, verb == "start" ? [verb, "ID"] : [.. words, "--bundle", Directory, "ID"]);
            Assert.True(allowed.Contains(result.ExitCode), $"{verb}: {result.ExitCode}: {File.ReadAllText(_directory["err"])}");
        }
        return this;
    }

    /// <summary>What the container wrote to its stdout.</summary>
    public string Out => File.Exists(_directory["out"]) ? _directory.Read("out") : "";

    public JsonObject State() => JsonNode.Parse(Oci("state", "ID").Succeeds().Out)!.AsObject();

    public string Status => (string)State()["status"]!;
    public int Pid => (int)State()["pid"]!;

    public void Dispose()
    {
        Oci("delete", "--force", "ID");
        _directory.Dispose();
    }

    private Result Other(string program, string[] arguments) => Other(Support.Start.Plain, program, arguments);

    private Result Other(Start how, string program, string[] arguments) =>
        Minirun.Other(how, program,
            ["--root", program == Program ? Root : _directory["runc"], .. arguments.Select(word => word == "ID" ? Id : word)]);
}
