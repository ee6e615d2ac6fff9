using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Engine.Why;

namespace Minirun.Cli.Verbs.Machine;

/// <summary>
/// What is on the disk: of containers their own files (logs, what an ephemeral one has written), not the directory that they run on.
/// </summary>
internal sealed class SystemUse
{
    private readonly List<(EngineContainer Container, bool Runs, long Size)> _containers = [];
    private readonly List<(VolumeRecord Volume, int Users, long Size)> _volumes = [];
    private readonly (long Bytes, int Count) _graves;

    public SystemUse(ContainerStore store)
    {
        List<EngineContainer> all = ContainerRepair.FindAll(store);
        foreach (EngineContainer container in all) _containers.Add((container, container.IsRunning, TreeSize.Of(container.Directory)));
        foreach (VolumeRecord volume in new VolumeStore(store.Paths).All())
            if (volume.Driver == LocalDriver.DriverName)
                _volumes.Add(
                    (volume, all.Count(container => container.Config.Volumes.Exists(use => use.Name == volume.Name)),
                        TreeSize.Of($"{store.Paths.Volumes}/{volume.Name}")));
        _graves = Graveyard.Size(store.Paths);
    }

    public IReadOnlyList<JsonObject> Rows() =>
    [
        Row("Containers", _containers.Count, _containers.Count(each => each.Runs), _containers.Sum(each => each.Size),
            _containers.Sum(each => each.Runs ? 0 : each.Size)),
        Row("Local Volumes", _volumes.Count, _volumes.Count(each => each.Users > 0), _volumes.Sum(each => each.Size),
            _volumes.Sum(each => each.Users > 0 ? 0 : each.Size)),
        Row("Removed Containers", _graves.Count, 0, _graves.Bytes, _graves.Bytes),
    ];

    public void Print()
    {
        string[] fields = ["Type", "TotalCount", "Active", "Size", "Reclaimable"];
        Table.Print(
            [["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"],
                .. Rows().Select(row => fields.Select(field => (string)row[field]!).ToArray())]);
    }

    public void PrintEach()
    {
        TextOutput.Text("Containers space usage:\n\n");
        Table.Print([["CONTAINER ID", "IMAGE", "LOCAL VOLUMES", "SIZE", "STATUS", "NAMES"], .. _containers.Select(each => new[]
        {
            each.Container.ShortId, each.Container.Config.Image, Number(each.Container.Config.Volumes.Count), Bytes(each.Size),
                LiveStatus.Read(each.Container), each.Container.Config.Name,
        })]);
        TextOutput.Text("\nLocal Volumes space usage:\n\n");
        Table.Print(
            [["VOLUME NAME", "LINKS", "SIZE"],
                .. _volumes.Select(each => new[] { each.Volume.Name, Number(each.Users), Bytes(each.Size) })]);
        TextOutput.Text($"\nRemoved containers that `minirun why` remembers: {Number(_graves.Count)}, {Bytes(_graves.Bytes)}\n");
    }

    private static JsonObject Row(string type, int count, int active, long size, long reclaimable) => new()
    {
        ["Active"] = Number(active),
        ["Reclaimable"] = Bytes(reclaimable) + (size > 0 ? $" ({reclaimable * 100 / size}%)" : ""),
        ["Size"] = Bytes(size),
        ["TotalCount"] = Number(count),
        ["Type"] = type,
    };

    private static string Bytes(long bytes) => Amount.Decimal((ulong)bytes);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
