using Minirun.Engine.Events;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Engine.Tests.Containers;

/// <summary>A container is made by a request, whoever asks for it.</summary>
public sealed class ContainerCreationTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("minirun-creation-").FullName;
    private readonly List<string> _warnings = [];

    public ContainerCreationTests()
    {
        Paths = EnginePaths.At(_path + "/root", _path + "/run");
        Paths.Make();
        Directory.CreateDirectory(_path + "/rootfs");
    }

    private EnginePaths Paths { get; }
    private ContainerStore Store => new(Paths);

    [Fact]
    public void A_request_gives_a_container_with_its_configuration_and_what_is_kept_of_it()
    {
        EngineContainer made = Make(options =>
        {
            options.Name = "box";
            options.Hostname = "inside";
            options.Env.Add("KEY=value");
            options.Timeout = TimeSpan.FromSeconds(3);
        }, engine => engine.Config.Labels["of"] = "a test");
        EngineContainer found = ContainerRepair.Find(Store, "box");
        ContainerConfig config = found.Config;
        Assert.Equal(made.Id, found.Id);
        Assert.Equal((ContainerState.Created, "inside", _path + "/rootfs", 3.0, "a test"),
            (found.State().Status, config.Hostname, config.Rootfs, config.Timeout, config.Labels["of"]));
        Assert.Equal(["make", "it"], config.CreateCommand);
        Assert.Equal("/here", config.CreateDirectory);
        OciSpec oci = Bundle.Read(found.Directory);
        Assert.Equal(["sh", "-c", "exit"], oci.Process.Args);
        Assert.Contains("KEY=value", oci.Process.Env);
        Assert.Contains("\"create\"", string.Concat(
            Directory.EnumerateFiles(EngineEvents.DirectoryOf(Paths), "*", SearchOption.AllDirectories).Select(File.ReadAllText)));
    }

    [Fact]
    public void A_name_is_chosen_where_none_is_asked_for()
    {
        string one = Make().Config.Name, other = Make().Config.Name;
        Assert.NotEqual("", one);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void A_volume_without_a_name_is_made_with_it()
    {
        EngineContainer made = Make(AddVolume);
        VolumeUse use = Assert.Single(made.Config.Volumes);
        Assert.Equal(("/data", true), (use.Destination, use.Anonymous));
        Assert.NotNull(new VolumeStore(Paths).Find(use.Name));
    }

    [Fact]
    public void What_cannot_be_had_leaves_nothing_behind()
    {
        Action<EngineOptions>[] wrong =
        [
            engine => engine.Config.Runtime = "no-such-runtime",
            engine => engine.Config.LogDriver = "no-such-driver",
            engine => engine.Config.Health = new HealthCheck(),
            engine => engine.Config.SdNotify = SdNotify.Healthy,
            engine => engine.Net = "no-such-network",
            engine => engine.VolumesFrom.Add("no-such-container"),
        ];
        foreach (Action<EngineOptions> each in wrong)
            Assert.NotEmpty(Assert.Throws<UserError>(() => Make(AddVolume, each)).Message);
        Assert.Empty(Store.All());
        Assert.Empty(new VolumeStore(Paths).All());
    }

    [Fact]
    public void A_name_that_is_taken_is_refused()
    {
        Make(options => options.Name = "box");
        Assert.Contains("box", Assert.Throws<UserError>(() => Make(options => options.Name = "box")).Message);
        Assert.Single(Store.All());
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private static void AddVolume(RunOptions options) => VolumeFlags.AddVolume(options, "/data", null);

    private EngineContainer Make(Action<RunOptions>? ask = null, Action<EngineOptions>? askEngine = null)
    {
        var options = new RunOptions { Rootfs = _path + "/rootfs", Command = ["sh", "-c", "exit"], Detach = true, Net = "none" };
        var engine = new EngineOptions();
        ask?.Invoke(options);
        askEngine?.Invoke(engine);
        return ContainerCreation.Create(Store, new ContainerRequest(options, engine, ["make", "it"], "/here"), _warnings.Add);
    }
}
