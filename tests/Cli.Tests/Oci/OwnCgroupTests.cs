using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>A container of a bundle has a cgroup of its own in every hierarchy, and can harm nobody through what it sees of them.</summary>
public sealed class OwnCgroupTests
{
    /// <summary>
    /// What root inside can try against a neighbour: find its cgroups and freeze, starve and move it; mount a hierarchy anew; have the
    /// kernel run a program (release_agent). At last it freezes itself, as it may. Nothing is written but to the neighbour's files and its
    /// own: a wall with a hole must not harm the machine of the test.
    /// </summary>
    private const string Attack = """
        cd /sys/fs/cgroup
        for found in $(find / -path /proc -prune -o -name NEIGHBOUR -print -o -name release_agent -print 2>/dev/null); do
            echo found $found
            echo FROZEN >$found/freezer.state
            echo 1 >$found/cgroup.freeze
            echo 1 >$found/pids.max
            echo 4096 >$found/memory.limit_in_bytes
            for pid in 2 3 $PPID; do echo $pid >$found/tasks; done
        done 2>/dev/null
        for what in freezer memory pids name=evil; do mount -t cgroup -o $what evil /tmp && echo mounted $what; done 2>/dev/null
        mount -t cgroup2 evil /tmp 2>/dev/null && echo mounted version 2
        for up in .. ../.. ../../..; do (echo FROZEN >freezer/$up/NEIGHBOUR/freezer.state) 2>/dev/null && echo climbed; done
        echo done
        for file in */freezer.state cgroup.freeze; do echo FROZEN >$file; echo 1 >$file; done 2>/dev/null
        """;

    [Requires(Need.Root)]
    public void It_is_in_every_hierarchy_below_its_creator_and_sees_only_that() => Check(null);

    [Requires(Need.Root)]
    public void It_is_where_an_absolute_path_leads_to_and_sees_only_that() => Check(id => $"/minirun-test-parent-{id}/{id}");

    [Requires(Need.Root)]
    public void It_is_where_a_relative_path_leads_to_and_sees_only_that() => Check(id => $"minirun-test-parent-{id}/{id}");

    [Requires(Need.Root)]
    public void It_sees_only_that_with_a_cgroup_namespace_too()
    {
        using OciBundle neighbour = Neighbour();
        using OciBundle bundle = new(
            config => WithCgroups(config, "ro")["linux"]!["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "cgroup" }), "sh", "-c",
            OwnCgroup.Look);
        string output = Run(bundle);
        Assert.All(output.Split("\n\n")[0].Split('\n'), line => Assert.EndsWith(":/", line));
        OwnCgroup.AssertSeesNoOther(output.Split("\n\n")[1]);
    }

    [Requires(Need.Root)]
    public void It_sees_only_that_in_a_cgroup_namespace_that_it_joins()
    {
        using OciBundle neighbour = Neighbour();
        using OciBundle bundle = new(
            config => WithCgroups(config, "ro")["linux"]!["namespaces"]!.AsArray()
                .Add(new JsonObject { ["type"] = "cgroup", ["path"] = $"/proc/{Environment.ProcessId}/ns/cgroup" }),
            "sh", "-c", OwnCgroup.Look);
        OwnCgroup.AssertSeesNoOther(Run(bundle).Split("\n\n")[1]);
    }

    [Requires(Need.Root)]
    public void Without_a_cgroup_it_sees_none()
    {
        using OciBundle neighbour = Neighbour();
        using OciBundle bundle =
            new(config => WithCgroups(config, "rw"), "sh", "-c", "find /sys/fs/cgroup -mindepth 1; mount | grep -c 'type cgroup'");
        Assert.Equal("0\n", bundle.Oci("--cgroup-manager", "disabled", "run", "--bundle", bundle.Directory, "ID").Out);
    }

    [Requires(Need.Root)]
    public void What_exec_starts_is_in_all_of_them()
    {
        using OciBundle bundle = Neighbour();
        OwnCgroup.Check(bundle.Oci("exec", "ID", "sh", "-c", OwnCgroup.Look).Succeeds().Out, bundle.Id);
    }

    /// <summary>Each --cgroup moves it in the hierarchies of its controllers, and in no other.</summary>
    [Requires(Need.Root)]
    public void What_exec_starts_is_below_in_each_of_those_given()
    {
        if (!OciBundle.IsOurs) return;   // runc 1.1.5 has another way
        using OciBundle bundle = Neighbour();
        string[] below = [.. OwnCgroup.Directories(bundle.Id).Where(path => path.Contains("/memory/") || path.Contains("/pids/"))];
        if (below.Length < 2) return;   // version 2 has one of them
        foreach (string directory in below) Directory.CreateDirectory(directory + "/below");
        Result result = bundle.Oci("exec", "--cgroup", "memory:below", "--cgroup", "pids:below", "ID", "cat", "/proc/self/cgroup");
        string[] moved = [.. result.Succeeds().Lines.Where(line => line.EndsWith("/below")).Select(line => line.Split(':')[1]).Order()];
        Assert.Equal(["memory", "pids"], moved);
    }

    [Requires(Need.Root)]
    public void Nothing_is_left_in_any_hierarchy()
    {
        OciBundle bundle = Neighbour();
        Assert.Equal(OwnCgroup.Hierarchies, OwnCgroup.Directories(bundle.Id).Length);
        bundle.Dispose();
        Assert.Empty(OwnCgroup.Directories(bundle.Id));
    }

    /// <summary>The cgroups are writable here, as engines have them for a privileged container.</summary>
    [Requires(Need.Root)]
    public void Root_inside_harms_nobody_else_by_the_cgroups()
    {
        using OciBundle neighbour = Neighbour();
        string[] before = Facts(neighbour);
        using OciBundle bundle = new(
            config => WithCgroups(config, "rw")["mounts"]!.AsArray()
                .Add(new JsonObject { ["destination"] = "/tmp", ["type"] = "tmpfs", ["source"] = "tmpfs" }),
            "sh", "-c", Attack.Replace("NEIGHBOUR", neighbour.Id));
        bundle.Make("create", "start");
        // It freezes itself at last, as it may.
        Assert.True(Deadline.Wait(() => bundle.Status is "paused" or "stopped"), bundle.Out);
        Assert.Equal("done\n", bundle.Out);
        Assert.Equal(before, Facts(neighbour));
        Assert.Equal("running", neighbour.Status);
        Assert.Equal("here\n", neighbour.Oci("exec", "ID", "echo", "here").Succeeds().Out);
        bundle.Oci("delete", "--force", "ID").Succeeds();
    }

    private static void Check(Func<string, string>? path)
    {
        using OciBundle neighbour = Neighbour();
        using OciBundle bundle = new(config => WithCgroups(config, "ro"), "sh", "-c", OwnCgroup.Look);
        if (path is not null)
        {
            JsonObject config = JsonNode.Parse(File.ReadAllText(bundle.ConfigPath))!.AsObject();
            config["linux"]!["cgroupsPath"] = path(bundle.Id);
            File.WriteAllText(bundle.ConfigPath, config.ToJsonString());
        }
        try
        {
            OwnCgroup.Check(Run(bundle), bundle.Id);
        }
        finally
        {
            foreach (string parent in OwnCgroup.Directories($"minirun-test-parent-{bundle.Id}")) Directory.Delete(parent);
        }
    }

    private static string Run(OciBundle bundle) => bundle.Oci("run", "--bundle", bundle.Directory, "ID").Succeeds().Out;

    /// <summary>Another container, beside which all of this happens.</summary>
    private static OciBundle Neighbour() =>
        new OciBundle(
            config => WithCgroups(config, "ro")["linux"]!["resources"] =
                JsonNode.Parse("""{"memory": {"limit": 67108864}, "pids": {"limit": 50}}"""),
            "sleep", "1000").Make(
            "create", "start");

    /// <summary>What others could change of a container: where its processes are, its limits, whether it is frozen.</summary>
    private static string[] Facts(OciBundle bundle)
    {
        string[] names = ["cgroup.procs", "tasks", "memory.limit_in_bytes", "memory.max", "pids.max", "cpuset.cpus", "freezer.state",
            "cgroup.freeze", "notify_on_release"];
        return [
            .. OwnCgroup.Directories(bundle.Id).Order().SelectMany(directory => names.Select(name => Path.Combine(directory, name)))
                .Where(File.Exists).Select(file => $"{file}: {File.ReadAllText(file)}")];
    }

    private static JsonObject WithCgroups(JsonObject config, string access)
    {
        config["mounts"]!.AsArray()
            .Add(new JsonObject { ["destination"] = "/sys/fs/cgroup", ["type"] = "cgroup", ["source"] = "cgroup",
                ["options"] = new JsonArray("nosuid", "noexec", "nodev", access) });
        // On version 2 alone the document that we start from has one.
        JsonArray namespaces = config["linux"]!["namespaces"]!.AsArray();
        for (int i = namespaces.Count - 1; i >= 0; i--)
            if ((string?)namespaces[i]!["type"] == "cgroup") namespaces.RemoveAt(i);
        return config;
    }
}
