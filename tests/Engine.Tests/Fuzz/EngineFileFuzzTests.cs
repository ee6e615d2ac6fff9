using System.Text;
using Minirun.Engine.Life;
using Minirun.Engine.Logs.Reading;
using Minirun.Engine.Networks;
using Minirun.Engine.Networks.Cni;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Fuzz;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Fuzz;

/// <summary>Files that the engine reads, changed: what is broken is taken for broken, by an error of ours at most.</summary>
public sealed class EngineFileFuzzTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("engine-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private EnginePaths Paths => EnginePaths.At(_root, _root + "/run");

    [Fact]
    public void A_changed_container_is_listed_and_removed()
    {
        var store = new ContainerStore(Paths);
        EngineContainer good = store.Create(
            new ContainerConfig
            {
                Rootfs = "/",
                Command = ["sh"],
                Env = ["A=b"],
                Labels = { ["a"] = "b" },
                LogOptions = { ["max-size"] = "1m" },
                Volumes = [new() { Name = "v", Destination = "/x" }],
                Health = new() { Command = "true" }
            },
            "{}"u8);
        string config = good.Directory + "/container.json", state = good.Directory + "/state.json",
            network = good.Directory + "/network.json";
        File.WriteAllText(network, """
            {"mode":"none","bootId":"","helperPid":0,"netNs":"/nowhere","cniResult":"{}","address":"10.0.0.2","prefixLength":16,
            "ports":[{"hostIp":"","hostPort":80,"containerPort":80,"protocol":"tcp"}],"warning":""}
            """);
        File.WriteAllText(state, """
            {"status":"exited","pid":0,"startTime":0,"bootId":"x","exitCode":3,"cause":"exit","startedAt":"2026-11-21T10:00:00Z",
            "steps":[{"what":"a","at":1}],"before":{"cause":"exit","exitCode":1},"logLost":1}
            """);
        byte[][] files = [File.ReadAllBytes(config), File.ReadAllBytes(state), File.ReadAllBytes(network)];
        JsonMutator[] mutators = [.. files.Select(file => new JsonMutator(file))];
        int number = 0;
        FuzzRun.Each(1500, random => mutators[number = random.Next(files.Length)].Next(random), json =>
        {
            File.WriteAllBytes(config, number == 0 ? json : files[0]);
            File.WriteAllBytes(state, number == 1 ? json : files[1]);
            File.WriteAllBytes(network, number == 2 ? json : files[2]);
            EngineContainer container = Assert.Single(store.All());
            Assert.Equal(good.Id, container.Id);
            container.State();
            LiveStatus.Read(container, ContainerRepair.State(container));
            NetworkRecord.Of(container);
            Assert.Equal(good.Id, store.Find(good.Id[..20]).Id);
            ContainerNetwork.Release(container);
        }, _ => "a broken file is no error of those who look");
        ContainerRemoval.Remove(Assert.Single(store.All()));
        Assert.Empty(store.All());
        Assert.Empty(Directory.GetFileSystemEntries(Paths.Containers));
    }

    [Fact]
    public void A_changed_volume_is_listed()
    {
        var store = new VolumeStore(Paths);
        store.Create(new VolumeRecord
        {
            Name = "vol",
            Labels = { ["a"] = "b" },
            Options = { ["type"] = "tmpfs", ["device"] = "tmpfs", ["o"] = "size=1m" }
        });
        string file = Paths.Volumes + "/vol/volume.json";
        FuzzRun.Each(1500, new JsonMutator(File.ReadAllBytes(file)).Next, json =>
        {
            File.WriteAllBytes(file, json);
            Assert.Equal("vol", Assert.Single(store.All()).Name);
        }, _ => "a broken file is no error of those who look");
    }

    [Fact]
    public void A_changed_network_is_taken_or_refused() => FuzzRun.Each(10_000, new JsonMutator(
        """
        {"cniVersion":"0.4.0","name":"n","plugins":[{"type":"bridge","bridge":"mr-n","isGateway":true,
        "ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.9.0/24","gateway":"10.88.9.1"}]]}},
        {"type":"portmap","capabilities":{"portMappings":true,"ips":true,"aliases":true}}],"minirunLabels":{"a":"b"}}
        """u8.ToArray(),
        """
        {"cniVersion":"1.0.0","name":"one","type":"macvlan","master":"eth0",
        "ipam":{"type":"dhcp","subnet":"10.0.0.0/8","ranges":{"subnet":"::/0"}},"prevResult":{}}
        """u8.ToArray()).Next, json =>
    {
        CniConfig config = CniConfig.Parse("/n.conflist", Encoding.UTF8.GetString(json));
        _ = (config.Driver, config.IsInternal, NetworkStore.Gateway(config), Subnets.Of(config));
        var arguments =
            new CniArguments { ContainerId = "c", NetNs = "/n", Ip = "10.88.9.2", Aliases = ["a"], Ports = PortMapping.Parse("80:80") };
        foreach (System.Text.Json.JsonElement plugin in config.Plugins) config.Input(plugin, "{}", arguments);
    }, error => Refusal(error, "/n.conflist"));

    [Fact]
    public void The_changed_result_of_a_plugin_is_taken_or_refused() => FuzzRun.Each(10_000, new JsonMutator(
        """
        {"cniVersion":"0.4.0","interfaces":[{"name":"br"},{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/n"}],
        "ips":[{"version":"4","interface":1,"address":"10.88.9.2/24","gateway":"10.88.9.1"}],"routes":[{"dst":"0.0.0.0/0"}],
        "dns":{"nameservers":["1.1.1.1"]}}
        """u8.ToArray(),
        """{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.2/8","gateway":"10.0.0.1"},"dns":{}}"""u8.ToArray()).Next,
            json => CniResult.Parse(Encoding.UTF8.GetString(json)), error => Refusal(error, "no result"));

    [Fact]
    public void A_changed_log_is_read()
    {
        string file = _root + "/log";
        byte[] line = """{"log":"hello\n","stream":"stderr","attrs":{"a":"b"},"time":"2026-11-21T10:00:00.123456789Z"}"""u8.ToArray();
        var mutator = new JsonMutator(line);
        FuzzRun.Each(3000, random =>
        {
            using var lines = new MemoryStream();
            for (int i = 0; i < 5; i++) lines.Write([.. mutator.Next(random), (byte)'\n', .. line, (byte)'\n']);
            return lines.ToArray();
        }, bytes =>
        {
            File.WriteAllBytes(file, bytes);
            int good = 0;
            var printer = new LogPrinter(Stream.Null, Stream.Null, times: true, details: true);
            new LogReader(file).Read(new LogQuery { Tail = 100 }, (in record) => { good++; return printer.Print(record); });
            Assert.InRange(good, 1, int.MaxValue);
        }, _ => "a broken line is passed over");
    }

    private static string? Refusal(Exception error, string where) =>
        error is not UserError user ? "not an error of ours"
            : string.IsNullOrWhiteSpace(user.Hint) ? "no hint"
            : !user.Message.Contains(where, StringComparison.Ordinal) || user.Message.Contains("Exception") ? "it does not say where"
            : null;
}
