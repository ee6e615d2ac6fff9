using Minirun.Cli.Tests.Support;
using Minirun.Engine.Tests.Volumes;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>Volumes that somebody else's program keeps, from the command line to what the program was asked.</summary>
public sealed class PluginVolumeTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _plugins = new(), _data = new();

    public PluginVolumeTests() => _root.Environment["MINIRUN_PLUGIN_PATH"] = _plugins.Path;

    public void Dispose()
    {
        _root.Environment["MINIRUN_PLUGIN_TIMEOUT"] = "0";
        _root.Dispose();
        _plugins.Dispose();
        _data.Dispose();
    }

    private string Socket(string name) => $"{_plugins.Path}/{name}.sock";

    private StubPlugin Plugin(string name)
    {
        // Of one that was there before.
        File.Delete(Socket(name));
        return new StubPlugin(Socket(name), _data.Path);
    }

    private static string[] Calls(StubPlugin plugin, string which) =>
        [.. plugin.Calls.Where(call => call.StartsWith("VolumeDriver." + which + " ", StringComparison.Ordinal))];

    [Fact]
    public void What_a_container_writes_is_in_the_plugins_directory_and_it_was_asked_as_docker_asks()
    {
        using StubPlugin plugin = Plugin("foo");
        _root.Run(["run", "--rm", "-v", "vol1:/data", "--volume-driver", "foo", Rootfs.Busybox, "touch", "/data/helo"]).Exits(0);
        Assert.True(File.Exists(_data.Path + "/vol1/helo"));
        Assert.Equal(["""VolumeDriver.Create {"Name":"vol1","Opts":null}"""], Calls(plugin, "Create"));
        string mount = Assert.Single(Calls(plugin, "Mount"));
        Assert.Matches("""^VolumeDriver.Mount \{"Name":"vol1","ID":"[0-9a-f]{64}"\}$""", mount);
        Assert.Equal(mount.Replace(".Mount ", ".Unmount ", StringComparison.Ordinal), Assert.Single(Calls(plugin, "Unmount")));
        // It has a name: --rm leaves it.
        Assert.Empty(Calls(plugin, "Remove"));
    }

    [Fact]
    public void Two_containers_on_one_volume_are_two_mounts_with_ids_of_their_own()
    {
        using StubPlugin plugin = Plugin("foo");
        foreach (string name in (string[])["one", "two"])
            _root.Detached(["--name", name, "-v", "vol1:/data", "-v", "vol1:/again", "--volume-driver", "foo"], "sleep", "1000");
        _root.Run("kill", "one", "two").Exits(0);
        _root.Run("wait", "one", "two");
        Assert.True(Deadline.Wait(() => Calls(plugin, "Unmount").Length == 2));
        Assert.Equal(2, Calls(plugin, "Mount").Distinct().Count());
        Assert.Equal(Calls(plugin, "Mount").Select(call => call.Replace(".Mount", ".Unmount", StringComparison.Ordinal)).Order(),
            Calls(plugin, "Unmount").Order());
        Assert.Single(Calls(plugin, "Create"));
    }

    [Fact]
    public void One_that_cannot_be_mounted_fails_the_start_and_those_before_it_are_unmounted()
    {
        using StubPlugin good = Plugin("good"), bad = Plugin("bad");
        bad.Answers["VolumeDriver.Mount"] = (500, """{"Mountpoint":"","Err":"no bricks"}""");
        string[] volumes =
            ["--mount", "type=volume,src=one,dst=/a,volume-driver=good", "--mount", "type=volume,src=two,dst=/b,volume-driver=bad"];
        Result failed = _root.Run(["run", "-d", "--name", "web", .. volumes, Rootfs.Busybox, "true"]).Exits(125);
        Assert.Contains("volume driver bad: VolumeDriver.Mount: no bricks", failed.Error, StringComparison.Ordinal);
        Assert.Single(Calls(good, "Unmount"));
        Assert.Empty(Calls(bad, "Unmount"));
        bad.Answers.Clear();
        _root.Run("start", "-a", "web").Exits(0);
        Assert.Equal(2, Calls(good, "Mount").Length);
        Assert.True(Deadline.Wait(() => Calls(good, "Unmount").Length == 2));
    }

    [Fact]
    public void A_plugin_that_is_late_is_waited_for()
    {
        using RunningProgram run =
            _root.Start("run", "--rm", "-v", "vol1:/data", "--volume-driver", "late", Rootfs.Busybox, "touch", "/data/helo");
        // In poll(2), for its first second.
        Assert.True(Deadline.Wait(() => File.ReadAllText($"/proc/{run.Pid}/syscall").StartsWith("7 0x0 ", StringComparison.Ordinal)));
        using StubPlugin plugin = Plugin("late");
        run.Result().Exits(0);
        Assert.True(File.Exists(_data.Path + "/vol1/helo"));
    }

    [Fact]
    public void One_that_never_comes_is_an_error()
    {
        _root.Environment["MINIRUN_PLUGIN_TIMEOUT"] = "0";
        _root.Run(["run", "--rm", "-v", "vol1:/data", "--volume-driver", "never", Rootfs.Busybox, "true"])
            .Fails(125, "volume driver never: plugin not found");
    }

    [Fact]
    public void A_plugin_that_died_keeps_no_container_from_being_removed()
    {
        using (Plugin("foo"))
            _root.Detached(["--name", "web", "-v", "vol1:/data", "--volume-driver", "foo"], "sleep", "1000");
        Result removed = _root.Run("rm", "-f", "web").Exits(0);
        Assert.Contains("volume vol1: volume driver foo", removed.Error, StringComparison.Ordinal);
        Assert.Equal("", _root.Run("ps", "-aq").Exits(0).Out);
        Assert.Equal(125, _root.Run(["run", "--rm", "-v", "vol1:/data", Rootfs.Busybox, "true"]).ExitCode);
    }

    [Fact]
    public void What_it_was_not_there_to_unmount_is_told_to_it_at_the_next_start()
    {
        using (Plugin("foo"))
            _root.Detached(["--name", "web", "-v", "vol1:/data", "--volume-driver", "foo"], "sleep", "1000");
        _root.Run("kill", "web").Exits(0);
        _root.Run("wait", "web");
        using StubPlugin plugin = Plugin("foo");
        _root.Run("start", "web").Exits(0);
        Assert.Equal(["Unmount", "Mount"],
            plugin.Calls.Select(call => call.Split(' ')[0][13..]).Where(call => call is "Mount" or "Unmount"));
    }

    [Fact]
    public void What_a_killed_monitor_left_is_unmounted_when_the_container_is_removed()
    {
        using StubPlugin plugin = Plugin("foo");
        _root.Detached(["--name", "web", "-v", "vol1:/data", "--volume-driver", "foo"], "sleep", "1000");
        using (var monitor = System.Diagnostics.Process.GetProcessById(
            int.Parse(_root.Inspect("web", ".State.ConmonPid"), System.Globalization.CultureInfo.InvariantCulture)))
            monitor.Kill();
        _root.Run("rm", "-f", "web").Exits(0);
        Assert.Single(Calls(plugin, "Unmount"));
    }

    [Fact]
    public void The_volume_verbs_ask_the_plugin()
    {
        using StubPlugin plugin = Plugin("foo");
        _root.Run("volume", "create", "-d", "foo", "-o", "k=v", "-o", "a=b", "vol1").Succeeds();
        Assert.Equal(["""VolumeDriver.Create {"Name":"vol1","Opts":{"a":"b","k":"v"}}"""], Calls(plugin, "Create"));
        Assert.Contains("foo      vol1", _root.Run("volume", "ls").Succeeds().Out, StringComparison.Ordinal);
        Assert.NotEmpty(Calls(plugin, "List"));
        Assert.Equal($"foo global {_data.Path}/vol1 2\n",
            _root.Run("volume", "inspect", "-f", "{{.Driver}} {{.Scope}} {{.Mountpoint}} {{.Status.bricks}}", "vol1").Succeeds().Out);
        Assert.Equal("vol1\n", _root.Run("volume", "rm", "vol1").Succeeds().Out);
        Assert.Equal(["""VolumeDriver.Remove {"Name":"vol1"}"""], Calls(plugin, "Remove"));
    }

    [Theory]
    [InlineData("far.spec", "unix://@\n")]
    [InlineData("far.json", """{"Name":"far","Addr":"unix://@"}""")]
    public void One_is_found_by_its_description(string file, string text)
    {
        using var plugin = new StubPlugin(_data.Path + "/listens", _data.Path);
        File.WriteAllText($"{_plugins.Path}/{file}", text.Replace("@", _data.Path + "/listens", StringComparison.Ordinal));
        _root.Run(["run", "--rm", "-v", "vol1:/data", "--volume-driver", "far", Rootfs.Busybox, "touch", "/data/helo"]).Exits(0);
        Assert.True(File.Exists(_data.Path + "/vol1/helo"));
    }

    [Fact]
    public void Anonymous_ones_are_removed_by_the_plugin_with_rm_v()
    {
        using StubPlugin plugin = Plugin("foo");
        _root.Run(["run", "--rm", "-v", "/data", "-v", "vol1:/named", "--volume-driver", "foo", Rootfs.Busybox, "true"]).Exits(0);
        Assert.True(Deadline.Wait(() => Calls(plugin, "Remove").Length > 0));
        Assert.Matches("""^VolumeDriver.Remove \{"Name":"[0-9a-f]{64}"\}$""", Assert.Single(Calls(plugin, "Remove")));
    }

    [Fact]
    public void Inspect_names_the_volume_and_its_driver()
    {
        using StubPlugin plugin = Plugin("foo");
        _root.Detached(["--name", "web", "-v", "vol1:/data:ro", "-v", $"{_data.Path}:/bind", "--volume-driver", "foo"], "sleep", "1000");
        Assert.Equal(
            $$"""
            [{"Type":"volume","Name":"vol1","Source":"{{_data.Path}}/vol1","Destination":"/data","Driver":"foo","Mode":"ro","RW":false,
            "Propagation":""},{"Type":"bind","Source":"{{_data.Path}}","Destination":"/bind","Mode":"","RW":true,"Propagation":"rprivate"}]
            """.ReplaceLineEndings(""),
            _root.Inspect("web", "json .Mounts"));
    }
}
