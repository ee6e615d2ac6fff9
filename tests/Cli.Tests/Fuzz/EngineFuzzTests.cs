using System.Text;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Minirun.Fuzz;
using Xunit;

namespace Minirun.Cli.Tests.Fuzz;

using Minirun = Support.Minirun;

/// <summary>Files of the engine that somebody has changed: what is broken is listed and removed, and hides nothing that is not.</summary>
public sealed class EngineFuzzTests : IDisposable
{
    private static readonly string[] s_files = ["container.json", "container.json", "container.json", "state.json", "state.json",
        "config.json", "log", "network.json", "mounted.json", "name", "missing"];
    private readonly Cases _cases = new();
    private readonly EngineRoot _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        _cases.Dispose();
    }

    [Fact]
    public void A_container_with_changed_files_is_listed_and_removed_and_hides_no_other()
    {
        int count = FuzzRun.Cases(60);
        string good = _engine.Detached(
            ["--name", "good", "-v", "vol:/data", "--label", "a=b", "--log-opt", "labels=a", "--health-cmd", "true"], "sh", "-c",
            "echo out; echo err >&2; exit 3");
        _engine.Run("wait", "good").Exits(0);
        string root = _cases["root"], model = Path.Combine(_engine.Path, "containers", good);
        Minirun.Other("cp", "-a", _engine.Path, root).Succeeds();
        string[] ids = [.. Enumerable.Range(0, count).Select(i => Spoil(model, root, good, i))];
        string[] verbs = ["inspect", "logs", "port", "top", "why", "diff", "kill", "pause", "exec", "rename", "update", "start", "stop"];
        _cases.Run($$"""
            mini() { call "$1" "$MINIRUN" "${@:2}"; }
            export MINIRUN_ROOT=$PWD/root
            mini ps ps -a --no-trunc
            mini json ps -a --format json
            mini stats stats --no-stream -a
            mini df system df
            mini volumes volume ls
            mini networks network ls
            mini prune volume inspect vol
            i=0
            for id in {{string.Join(' ', ids)}}; do
                mkdir $i
                cp root/containers/$id/*.json* $i/ 2>/dev/null || true
                mini $i/inspect inspect $id
                mini $i/logs logs -t --details $id
                mini $i/port port $id
                mini $i/top top $id
                mini $i/why why $id
                mini $i/diff diff $id
                mini $i/kill kill $id
                mini $i/pause pause $id
                mini $i/exec exec $id true
                mini $i/rename rename $id other$i
                mini $i/update update --restart no $id
                [[ -e root/containers/$id/spoiltconfig ]] || mini $i/start start $id
                mini $i/stop stop -t 0 $id
                mini $i/rm rm -f -v $id
                i=$((i + 1))
            done
            mini after ps -aq --no-trunc
            ls root/containers >left
            ls root/names >names
            mini last rm -f good
            """, ("MINIRUN", Programs.Minirun));
        for (int i = 0; i < count; i++)
        {
            string about = $"FUZZ_SEED={FuzzRun.Seed + i} FUZZ_CASES=1 brings it back\n"
                + string.Join('\n',
                    Directory.GetFiles(_cases[$"{i}"], "*.json*").Order()
                        .Select(file => $"{Path.GetFileName(file)}: {FuzzRun.Text(File.ReadAllBytes(file))}"));
            foreach (string verb in verbs.Where(verb => File.Exists(_cases[$"{i}/{verb}.status"])))
                _cases.Ended($"{i}/{verb}", about, 1, 125, 126, 127);
            Assert.True(_cases.Ended($"{i}/rm", about), about);
            Assert.True(File.ReadAllText(_cases["ps.out"]).Contains(ids[i]), "not listed: " + about);
        }
        foreach (string list in (string[])["ps", "json", "stats", "df", "volumes", "networks", "prune", "last"])
            Assert.True(_cases.Ended(list, ""), list);
        Assert.Contains(good, File.ReadAllText(_cases["ps.out"]));
        Assert.Equal(good + "\n", File.ReadAllText(_cases["after.out"]));
        Assert.Equal(good + "\n", File.ReadAllText(_cases["left"]));
        Assert.Equal("good\n", File.ReadAllText(_cases["names"]));
    }

    /// <summary>A copy of a good container under an id and a name of its own, with one file that is changed.</summary>
    private static string Spoil(string model, string root, string good, int number)
    {
        var random = new Random(FuzzRun.Seed + number);
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        string id = Convert.ToHexStringLower(bytes), directory = Directory.CreateDirectory(Path.Combine(root, "containers", id)).FullName;
        foreach (string file in Directory.GetFiles(model))
            if (file.EndsWith(".json", StringComparison.Ordinal) || file.EndsWith(".log", StringComparison.Ordinal))
                File.WriteAllText(Path.Combine(directory, Path.GetFileName(file).Replace(good, id)),
                    File.ReadAllText(file).Replace(good, id).Replace("\"good\"", $"\"c{number}\""));
        File.CreateSymbolicLink(Path.Combine(root, "names", $"c{number}"), id);
        string chosen = s_files[random.Next(s_files.Length)], path = Path.Combine(directory, chosen == "log" ? $"{id}-json.log" : chosen);
        switch (chosen)
        {
            case "name":
                File.Delete(Path.Combine(root, "names", $"c{number}"));
                File.CreateSymbolicLink(Path.Combine(root, "names", $"c{number}"),
                    random.Next(3) switch { 0 => "../containers/" + id, 1 => ".new-" + id, _ => id[..20] });
                break;
            case "missing":
                File.Delete(Path.Combine(directory, random.Next(2) == 0 ? "container.json" : "state.json"));
                break;
            case "network.json":
                File.WriteAllBytes(path, new JsonMutator("""
                    {"mode":"bridge","bootId":"","helperPid":0,"netNs":"/nowhere","cniConfig":"{\"name\":\"bridge\"}","cniResult":"{}",
                    "address":"10.0.0.2","prefixLength":16,"ports":[{"hostIp":"","hostPort":80,"containerPort":80,"protocol":"tcp"}],
                    "warning":""}
                    """u8.ToArray()).Next(random));
                break;
            case "mounted.json":
                File.WriteAllBytes(path,
                    new JsonMutator("""[{"name":"vol","driver":"local"},{"name":"vol","driver":"none"}]"""u8.ToArray()).Next(random));
                break;
            case "log":
                string[] lines = File.ReadAllLines(path);
                File.WriteAllText(path, lines[0] + "\n");
                using (FileStream log = File.Open(path, FileMode.Append))
                    for (int i = 0; i < 20; i++) log.Write([.. new JsonMutator(Encoding.UTF8.GetBytes(lines[0])).Next(random), (byte)'\n']);
                break;
            default:
                File.WriteAllBytes(path, new JsonMutator(File.ReadAllBytes(path)).Next(random));
                // What it asks for is not to be done: it may be anything.
                if (chosen == "config.json") File.WriteAllText(Path.Combine(directory, "spoiltconfig"), "");
                break;
        }
        return id;
    }
}
