using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// The files of a container that runs are lost or spoilt, in every way: what is true is found, and written down again by its monitor, or
/// by who looks; every verb ends it; and no process, no cgroup and no container that a file names in its place is touched.
/// </summary>
public sealed class LostFileTests : IDisposable
{
    private static readonly string[] s_damages =
        ["lost", "empty", "cut", "random", "directory", "link", "hostile", "hostile, ended", "another's"];
    private static readonly string[][] s_verbs = [["stop", "-t", "0"], ["kill"], ["rm", "-f"], ["restart", "-t", "0"]];
    private static readonly string[] s_allState = ["containers/ID/state.json", "run/oci/ID/state.json", "run/oci/ID/init"];
    private readonly EngineRoot _root = new();
    private readonly RunningProgram _victim = new(Start.Plain, "sleep", ["1002"]);
    private readonly string _peer;

    public LostFileTests() => _peer = _root.Detached(["--name", "peer"], "sleep", "1003");

    public void Dispose()
    {
        _root.Dispose();
        _victim.Dispose();
    }

    [Theory]
    [InlineData("containers/ID/state.json")]
    [InlineData("containers/ID/container.json")]
    [InlineData("containers/ID/config.json")]
    [InlineData("run/oci/ID/state.json")]
    [InlineData("run/oci/ID/config.json")]
    [InlineData("run/oci/ID/init")]
    public void With_its_monitor(string file) => EndsWithout([file], monitorGone: false);

    [Theory]
    [InlineData("containers/ID/state.json")]
    [InlineData("run/oci/ID/state.json")]
    [InlineData("containers/ID/container.json", "containers/ID/config.json")]
    public void Without_its_monitor(params string[] files) => EndsWithout(files, monitorGone: true);

    [Fact]
    public void When_all_state_is_lost_but_its_monitor_lives() => EndsWithout(s_allState, monitorGone: false);

    [Requires(Need.Root)]
    public void When_all_state_is_lost_and_only_its_cgroup_tells() => EndsWithout(s_allState, monitorGone: true, only: ["rm", "-f"]);

    private void EndsWithout(string[] files, bool monitorGone, params string[] only)
    {
        var all = new List<(string Name, string Damage, string[] Verb, string[] Members)>();
        for (int i = 0; i < s_damages.Length; i++)
            foreach (string[] verb in only.Length > 0 ? [only] : Two(i))
            {
                string damage = s_damages[i];
                string name = $"n{all.Count}", id = _root.Detached(["--name", name], "sh", "-c", "(sleep 1001 &); exec sleep 1000");
                int pid = Number(name, ".State.Pid"), monitor = Number(name, ".State.ConmonPid");
                Assert.True(Deadline.Wait(() => Family.InNamespaceOf(pid).Length > 1));
                all.Add((name, damage, verb, Family.InNamespaceOf(pid)));
                if (monitorGone) Kernel.Signal(monitor, Kernel.SIGKILL);
                if (monitorGone) Assert.True(Deadline.Wait(() => !Kernel.IsAlive(monitor)));
                foreach (string file in files) Damage(id, file, damage);
            }
        Result listed = _root.Run("ps", "-a", "--format", "{{.Names}} {{.State}}").Succeeds();
        Assert.Contains("peer running", listed.Lines);
        Assert.Equal(all.Count + 1, listed.Lines.Length);
        // A file that says in good words that it has ended is believed until somebody wants to do something to it.
        foreach (var each in all)
            if (only.Length == 0 && each.Damage != "hostile, ended") Assert.Contains(each.Name + " running", listed.Lines);
        RunningProgram[] verbs = [.. all.Select(each => _root.Start([.. each.Verb, each.Name]))];
        for (int i = 0; i < verbs.Length; i++)
            using (verbs[i])
            {
                var (_, damage, verb, members) = all[i];
                Result result = verbs[i].Result();
                string what = $"{string.Join(", ", files)}: {damage}: {verb[0]}";
                // Without its configuration it cannot be started again, and says so.
                bool may = verb[0] == "restart" && files.Any(file => file.StartsWith("containers/ID/con", StringComparison.Ordinal));
                bool says = may && result.ExitCode == 125 && result.Error.Contains("\nhint: ");
                Assert.True(result.ExitCode == 0 || says, $"{what}: {result}");
                Assert.All(members, member => Assert.True(Deadline.Wait(() => !Family.Lives(member)), $"{what}: process {member} is left"));
            }
        _root.Run(["rm", "-f", .. all.Select(each => each.Name)]).Exits(0);
        Assert.False(_victim.HasEnded);
        Assert.Equal("peer running", _root.Run("ps", "-a", "--format", "{{.Names}} {{.State}}").Succeeds().Out.Trim());
        Assert.Equal("in it\n", _root.Run("exec", "peer", "echo", "in it").Exits(0).Out);
        Assert.DoesNotContain(_root.Leftovers(), path => !path.Contains(_peer) && !path.EndsWith("/peer", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(_root.Path, "containers")), path => !path.EndsWith(_peer));
    }

    private static string[][] Two(int i) => [s_verbs[i % s_verbs.Length], s_verbs[(i + 1) % s_verbs.Length]];

    private int Number(string name, string field) => int.Parse(_root.Inspect(name, field), CultureInfo.InvariantCulture);

    private void Damage(string id, string file, string damage)
    {
        string path = Path.Combine(_root.Path, file.Replace("ID", id)), others = Path.Combine(_root.Path, file.Replace("ID", _peer));
        byte[] old = File.Exists(path) ? File.ReadAllBytes(path) : [];
        File.Delete(path);
        switch (damage)
        {
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "cut":
                File.WriteAllBytes(path, old[..(old.Length / 2)]);
                break;
            case "random":
                byte[] random = new byte[300];
                new Random(10).NextBytes(random);
                File.WriteAllBytes(path, random);
                break;
            case "directory":
                Directory.CreateDirectory(path);
                File.WriteAllText(path + "/in it", "");
                break;
            case "link":
                File.CreateSymbolicLink(path, "/etc/hostname");
                break;
            case "hostile" or "hostile, ended":
                File.WriteAllBytes(path, Hostile(old, file, damage.EndsWith("ended", StringComparison.Ordinal)));
                break;
            case "another's":
                File.Copy(others, path);
                break;
        }
    }

    /// <summary>The same, but for whom it is about: a process that is nobody's container.</summary>
    private byte[] Hostile(byte[] old, string file, bool ended)
    {
        string own = _victim.Pid + " ", started = Family.InNamespaceOf(_victim.Pid).Single(member => member.StartsWith(own))[own.Length..];
        string id = System.Text.Encoding.ASCII.GetString(old).Split(' ')[0];
        if (file.EndsWith("/init", StringComparison.Ordinal))
            return System.Text.Encoding.ASCII.GetBytes($"{id} {_victim.Pid} {started}\n");
        JsonObject json = JsonNode.Parse(old)!.AsObject();
        if (json["pid"] is null) return System.Text.Encoding.UTF8.GetBytes("{}");
        json["pid"] = _victim.Pid;
        json["startTime"] = ulong.Parse(started, CultureInfo.InvariantCulture);
        if (json["status"] is not null && ended) json["status"] = "exited";
        if (json["cgroup"]?["paths"] is JsonObject paths)
            foreach (string controller in paths.Select(each => each.Key).ToArray())
                paths[controller] = Path.GetDirectoryName((string)paths[controller]!)!;
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
