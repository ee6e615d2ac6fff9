using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

using Minirun = Support.Minirun;

/// <summary>
/// The cgroup in state.json is believed only when it is known to be the container's: what lies in another is neither killed nor removed,
/// whatever the file says. All of it happens below one cgroup that is made for it.
/// </summary>
public sealed class SpoiltStateTests : IDisposable
{
    private readonly string _parent = "/minirun-oci-test-" + Guid.NewGuid().ToString("n")[..12];
    private readonly List<RunningProgram> _others = [];
    private readonly OciBundle? _bundle;

    public SpoiltStateTests()
    {
        // Also where the tests are to be skipped.
        if (Kernel.Uid == 0 && OciBundle.IsOurs)
            _bundle = new OciBundle(config => config["linux"]!["cgroupsPath"] = _parent + "/own", "sleep", "1000").Make("create", "start");
    }

    private string StateFile => Path.Combine(_bundle!.Root, _bundle.Id, "state.json");
    private JsonObject Cgroup => JsonNode.Parse(File.ReadAllText(StateFile))!["cgroup"]!.AsObject();
    private Dictionary<string, string> Paths => Cgroup["paths"]!.AsObject().ToDictionary(each => each.Key, each => (string)each.Value!);

    public void Dispose()
    {
        if (_bundle is null) return;
        string[] places = [
            .. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup")).Select(line => line.Split(' ')[4] + _parent)
                .Where(Directory.Exists)];
        foreach (RunningProgram other in _others) other.Dispose();
        _bundle.Dispose();
        foreach (string place in places) Assert.True(Deadline.Wait(() => Removed(place)), $"{place} is left");
    }

    [Requires(Need.Root)]
    public void A_good_one_is_believed_and_an_older_one_by_its_name()
    {
        if (_bundle is null) return;
        Spoil(cgroup => Assert.True(cgroup.Remove("inodes")));
        _bundle.Oci("pause", "ID").Succeeds();
        _bundle.Oci("resume", "ID").Succeeds();
        _bundle.Oci("update", "--memory", "64m", "ID").Succeeds();
        string[] paths = [.. Paths.Values];
        _bundle.Oci("delete", "--force", "ID").Succeeds();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.False(Directory.Exists(path), path));
    }

    [Requires(Need.Root)]
    public void What_lies_in_another_cgroup_lives()
    {
        if (_bundle is null) return;
        foreach (bool older in (bool[])[false, true])
        {
            Dictionary<string, string> others =
                Paths.ToDictionary(each => each.Key, each => Path.GetDirectoryName(each.Value) + (older ? "/older" : "/other"));
            RunningProgram other = Other(others.Values);
            Spoil(cgroup =>
            {
                foreach (var (controller, path) in others) cgroup["paths"]![controller] = path;
                if (older) cgroup.Remove("inodes");
            });
            string why = older ? "is not where the container's configuration leads to" : "is another cgroup than the container's";
            foreach (string[] verb in (string[][])[["kill", "--all", "ID", "KILL"], ["pause", "ID"], ["update", "--pids-limit", "7", "ID"],
                ["events", "--stats", "ID"], ["exec", "ID", "true"]])
            {
                Result result = _bundle.Oci(verb);
                Assert.True(
                    result.ExitCode != 0 && result.Error.Contains(StateFile) && result.Error.Contains(why)
                        && result.Error.Contains("delete --force"),
                    result.ToString());
            }
            Assert.DoesNotContain($"{other.Pid}", _bundle.Oci("ps", "--format", "json", "ID").Succeeds().Out.Trim('[', ']').Split(','));
            Assert.Equal("running", _bundle.Status);
        }
        int pid = _bundle.Pid;
        Result deleted = _bundle.Oci("delete", "--force", "ID").Exits(0);
        Assert.Contains("is not where the container's configuration leads to: it is left as it is", deleted.Error);
        Assert.False(Kernel.IsAlive(pid));
        Assert.All(_others, other => Assert.False(other.HasEnded));
        Assert.False(Directory.Exists(Path.Combine(_bundle.Root, _bundle.Id)));
    }

    [Requires(Need.Root)]
    public void A_cgroup_of_the_same_name_that_another_made_since_is_left()
    {
        if (_bundle is null) return;
        _bundle.Oci("kill", "ID", "KILL").Succeeds();
        string[] paths = [.. Paths.Values];
        Assert.All(paths, path => Assert.True(Deadline.Wait(() => Removed(path)), path));
        RunningProgram other = Other(paths);
        Assert.Contains("is another cgroup than the container's, of inode ", _bundle.Oci("delete", "--force", "ID").Exits(0).Error);
        Assert.False(other.HasEnded);
        Assert.All(paths, path => Assert.True(Directory.Exists(path), path));
    }

    [Requires(Need.Root)]
    public void Places_that_no_cgroup_of_a_container_can_be_are_refused_by_name()
    {
        if (_bundle is null) return;
        string own = Paths.Values.First(), mount = own[..own.IndexOf(_parent, StringComparison.Ordinal)], controller = Paths.Keys.First();
        using var plain = new TemporaryDirectory();
        Directory.CreateDirectory(plain["a/b"]);
        foreach (var (path, why) in ((string, string)[])[
            ("", "is not the path of a cgroup"), ("/", "is not the path of a cgroup"), (own[1..], "is not the path of a cgroup"),
                (own + "/../own", "is not the path of a cgroup"), (own + "/..", "is not the path of a cgroup"),
                    (own + "/", "is not the path of a cgroup"),
            (own + "\0", "is not the path of a cgroup"), (mount, "is the root of a hierarchy"), (plain.Path, "is not a cgroup"),
                (plain["a"], "is not a cgroup"), ("/proc/self", "is not a cgroup"), (StateFile, "is not a cgroup"),
                (own + "/cgroup.procs", "is not a cgroup")])
        {
            Spoil(cgroup =>
            {
                cgroup["paths"]![controller] = path;
                if (Kernel.Identity(path) is var (_, inode)) cgroup["inodes"]![controller] = inode;
            });
            Result result = _bundle.Oci("kill", "--all", "ID", "KILL").Exits(1);
            Assert.True(result.Error.Contains(why) && result.Error.Contains(StateFile), $"{path}: {result}");
        }
        Assert.Equal("running", _bundle.Status);
        Spoil(cgroup => cgroup["paths"] = new JsonObject { [controller] = plain.Path });
        Assert.Contains($"{plain.Path} is not a cgroup: it is left as it is", _bundle.Oci("delete", "--force", "ID").Exits(0).Error);
        Assert.True(Directory.Exists(plain["a/b"]));
    }

    [Requires(Need.Root)]
    public void A_cgroup_that_we_are_in_is_refused()
    {
        if (_bundle is null) return;
        string controller = Paths.Keys.First(), parent = Path.GetDirectoryName(Paths[controller])!,
            ours = Directory.CreateDirectory(parent + "/ours").FullName;
        foreach (string path in (string[])[parent, ours])
        {
            Spoil(cgroup =>
            {
                cgroup["paths"]![controller] = path;
                cgroup["inodes"]![controller] = Kernel.Identity(path)!.Value.Inode;
            });
            Result result = Minirun.Other(Support.Start.Plain with { Before = $"echo $$ >{ours}/cgroup.procs" }, OciBundle.Program,
                "--root", _bundle.Root, "kill", "--all", _bundle.Id, "KILL")
                .Exits(1);
            Assert.True(result.Error.Contains($"{path} has this process in it, too"), result.ToString());
        }
    }

    [Theory]
    [InlineData("mkdir")]
    [InlineData("mkfifo")]
    [InlineData("ln -s /dev/zero")]
    public void A_spoilt_intent_keeps_nothing_from_removal(string make)
    {
        using var root = new TemporaryDirectory();
        string half = Directory.CreateDirectory(root["half"]).FullName;
        Minirun.Other("bash", "-c", $"{make} {half}/cgroup.intent").Succeeds();
        Minirun.Other(OciBundle.Program, "--root", root.Path, "delete", "--force", "half").Succeeds();
        Assert.False(Directory.Exists(half));
    }

    [Requires(Need.Root)]
    public void An_intent_removes_no_directory_but_a_cgroups()
    {
        if (_bundle is null) return;
        using var plain = new TemporaryDirectory();
        string half = Directory.CreateDirectory(Path.Combine(_bundle.Root, "half")).FullName,
            empty = Path.GetDirectoryName(Paths.Values.First())! + "/empty";
        Directory.CreateDirectory(plain["a"]);
        Directory.CreateDirectory(empty);
        File.WriteAllText(half + "/cgroup.intent", $"{plain["a"]}\n\n/\n..\n{empty}\n");
        _bundle.Oci("delete", "--force", "half").Succeeds();
        Assert.True(Directory.Exists(plain["a"]));
        Assert.False(Directory.Exists(empty));
        Assert.False(Directory.Exists(half));
    }

    private void Spoil(Action<JsonObject> change)
    {
        JsonObject state = JsonNode.Parse(File.ReadAllText(StateFile))!.AsObject();
        change(state["cgroup"]!.AsObject());
        File.WriteAllText(StateFile, state.ToJsonString());
    }

    /// <summary>A process in cgroups of its own.</summary>
    private RunningProgram Other(IEnumerable<string> cgroups)
    {
        var other = new RunningProgram(Support.Start.Plain, "sleep", ["1000"]);
        _others.Add(other);
        foreach (string cgroup in cgroups.Distinct()) File.WriteAllText(OwnCgroup.Make(cgroup) + "/cgroup.procs", $"{other.Pid}");
        return other;
    }

    private static bool Removed(string cgroup)
    {
        try
        {
            if (!Directory.Exists(cgroup)) return true;
            foreach (string child in Directory.GetDirectories(cgroup)) Removed(child);
            Directory.Delete(cgroup);
        }
        catch (IOException)
        {
            // A process of it is not gone yet.
        }
        return !Directory.Exists(cgroup);
    }
}
