using System.Text;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Engine.Volumes.Plugins;

namespace Minirun.Engine.Tests.Volumes;

/// <summary>A root of the engine for one test, and directories in which plugins are looked for.</summary>
internal sealed class VolumeRoot : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("minirun-volumes-").FullName;

    public VolumeRoot()
    {
        Paths = EnginePaths.At(_path + "/root", _path + "/run");
        foreach (string name in (string[])["sockets", "specs", "data", "rootfs"]) Directory.CreateDirectory($"{_path}/{name}");
        Paths.Make();
    }

    public EnginePaths Paths { get; }
    public string Sockets => _path + "/sockets";
    public string Specs => _path + "/specs";
    public string Data => _path + "/data";
    public string Rootfs => _path + "/rootfs";
    public PluginDirectories Plugins => new([Sockets], [Specs]);
    public VolumeStore Store => new(Paths) { Drivers = new(Paths) { Plugins = Plugins } };

    public StubPlugin Plugin(string name) => new($"{Sockets}/{name}.sock", Data);

    public EngineContainer Container(string name, params VolumeUse[] uses) =>
        new ContainerStore(Paths).Create(
            new ContainerConfig { Name = name, Created = "2026-01-01T00:00:00Z", Rootfs = Rootfs, Volumes = [.. uses] },
            Encoding.UTF8.GetBytes("""{"mounts":[]}"""));

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
