using System.Text;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

using Minirun = Support.Minirun;

/// <summary>Volumes, networks and the journal with changed files.</summary>
public sealed class StoreFuzzTests : IDisposable
{
    private const string Network = """
        {"cniVersion":"0.4.0","name":"good","plugins":[{"type":"bridge","bridge":"mr-good","isGateway":true,"ipMasq":true,
          "hairpinMode":true,"ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.9.0/24","gateway":"10.88.9.1"}]],
          "routes":[{"dst":"0.0.0.0/0"}]}},{"type":"portmap","capabilities":{"portMappings":true}}],"minirunLabels":{"a":"b"}}
        """;

    private readonly Cases _cases = new();
    private readonly EngineRoot _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        _cases.Dispose();
    }

    [Fact]
    public void Changed_volumes_networks_and_events_hide_no_others()
    {
        int count = FuzzRun.Cases(50);
        _engine.Run("volume", "create", "--label", "a=b", "good").Exits(0);
        _engine.Detached(["--name", "web", "--label", "a=b"], "true");
        _engine.Run("wait", "web").Exits(0);
        _engine.Run("rm", "web").Exits(0);
        string root = _cases["root"], networks = Path.Combine(root, "networks"), journal = Path.Combine(root, "events", "journal");
        Minirun.Other("cp", "-a", _engine.Path, root).Succeeds();
        Directory.CreateDirectory(networks);
        File.WriteAllText(Path.Combine(networks, "good.conflist"), Network);
        byte[] line = Encoding.UTF8.GetBytes(File.ReadLines(journal).First());
        for (int i = 0; i < count; i++)
        {
            var random = new Random(FuzzRun.Seed + i);
            string volume = Directory.CreateDirectory(Path.Combine(root, "volumes", $"v{i}", "_data")).Parent!.FullName;
            File.WriteAllBytes(Path.Combine(volume, "volume.json"),
                new JsonMutator(File.ReadAllBytes(Path.Combine(root, "volumes", "good", "volume.json"))).Next(random));
            File.WriteAllBytes(Path.Combine(networks, $"n{i}.conflist"),
                new JsonMutator(Encoding.UTF8.GetBytes(Network.Replace("\"good\"", $"\"n{i}\""))).Next(random));
            using FileStream events = File.Open(journal, FileMode.Append);
            events.Write([.. new JsonMutator(line).Next(random), (byte)'\n']);
        }
        string[] verbs = ["volume", "network", "use", "volumerm", "networkrm"];
        _cases.Run($$"""
            mini() { call "$1" "$MINIRUN" "${@:2}"; }
            export MINIRUN_ROOT=$PWD/root
            mini events events --since 24h --stream=false
            mini jsonevents events --since 24h --stream=false --format json --filter label=a=b --filter container=web
            mini events2 events --since 24h --stream=false --format '{{"{{.Actor.Attributes.name}} {{.Time}}"}}'
            mini volumes volume ls --format json
            mini networks network ls
            mini networkq network ls -q --filter label=a=b
            mini df system df -v
            for ((i = 0; i < {{count}}; i++)); do
                mkdir $i
                cp root/volumes/v$i/volume.json root/networks/n$i.conflist $i/
                mini $i/volume volume inspect v$i
                mini $i/network network inspect n$i
                mini $i/use create --net none -v v$i:/x --name c$i "$ROOTFS" true
                mini $i/unuse rm -f c$i
                mini $i/volumerm volume rm -f v$i
                mini $i/networkrm network rm -f n$i
            done
            mini after volume ls -q
            ls root/volumes >left
            """, ("MINIRUN", Programs.Minirun), ("ROOTFS", Rootfs.Busybox));
        for (int i = 0; i < count; i++)
        {
            string about = $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n"
                + string.Join('\n',
                    Directory.GetFiles(_cases[$"{i}"], "*.*").Where(file => file.Contains("volume.json") || file.Contains("conflist"))
                        .Select(file => $"{Path.GetFileName(file)}: {FuzzRun.Text(File.ReadAllBytes(file))}"));
            foreach (string verb in verbs) _cases.Ended($"{i}/{verb}", about, 1, 125);
        }
        foreach (string list in (string[])["events", "jsonevents", "events2", "volumes", "networks", "networkq", "df"])
            Assert.True(_cases.Ended(list, ""), list);
        Assert.Contains("\"good\"", File.ReadAllText(_cases["volumes.out"]));
        Assert.Contains("good", File.ReadAllText(_cases["networks.out"]));
        Assert.Equal("good\n", File.ReadAllText(_cases["after.out"]));
        Assert.Equal("good\n", File.ReadAllText(_cases["left"]));
    }
}
