using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A name is of one container, be it in the foreground, which leaves nothing behind, or one that lives on.</summary>
public sealed class NameTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_name_of_a_container_in_the_foreground_is_refused_to_each_other_until_it_ends()
    {
        using RunningProgram first = _root.Start("run", "--name", "web", Rootfs.Busybox, "sh", "-c", "echo ready; cat");
        first.AwaitOut("ready");
        _root.Detached(["--name", "other", "--net", "none"], "sleep", "1000");
        foreach (string[] taker in Takers("web"))
        {
            Result result = _root.Run(taker).Fails(125, "conflict: the container name \"web\" is already in use", "in the foreground",
                "hint: choose another name");
            Assert.Equal(2, result.Error.Trim().Split('\n').Length);
        }
        Assert.Equal(["other"], _root.Run("ps", "-a", "--format", "{{.Names}}").Succeeds().Lines);
        first.Input.Close();
        first.Result().Succeeds();
        _root.Run("rename", "other", "web").Succeeds();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_of_a_background_container_is_refused_to_each_other_until_it_is_removed(bool runs)
    {
        string id = runs
            ? _root.Detached(["--name", "web", "--net", "none"], "sleep", "1000")
            : _root.Run("create", "--name", "web", "--net", "none", Rootfs.Busybox, "true").Succeeds().Lines[0];
        _root.Detached(["--name", "other", "--net", "none"], "sleep", "1000");
        foreach (string[] taker in Takers("web"))
        {
            Result result = _root.Run(taker).Fails(125, $"conflict: the container name \"web\" is already in use by container \"{id}\"",
                runs ? "hint: minirun rm -f web ends and removes that one" : "hint: minirun rm web removes that one");
            Assert.Equal(2, result.Error.Trim().Split('\n').Length);
        }
        _root.Run("rm", "-f", "web").Succeeds();
        _root.Run("run", "--name", "web", Rootfs.Busybox, "true").Succeeds();
    }

    [Fact]
    public void The_record_of_a_container_in_the_foreground_is_where_MINIRUN_ROOT_says()
    {
        using EngineRoot apart = new();
        using RunningProgram first = _root.Start("run", "--name", "web", Rootfs.Busybox, "sh", "-c", "echo ready; cat");
        first.AwaitOut("ready");
        // .NET's own way of opening a file asks for its lock.
        Assert.True(Deadline.Wait(() => Support.Minirun.Other("cat", _root.Path + "/run/names/web").Out.Contains("\"name\":\"web\"")));
        apart.Run("run", "--name", "web", Rootfs.Busybox, "true").Succeeds();
        first.Input.Close();
        first.Result().Succeeds();
        Assert.Empty(Directory.GetFiles(_root.Path + "/run/names"));
        Assert.Empty(Directory.GetFiles(apart.Path + "/run/names"));
    }

    private static string[][] Takers(string name) =>
    [
        ["run", "--name", name, Rootfs.Busybox, "true"],
        ["run", "-d", "--net", "none", "--name", name, Rootfs.Busybox, "true"],
        ["run", "--label", "a=b", "--name", name, Rootfs.Busybox, "true"],
        ["create", "--net", "none", "--name", name, Rootfs.Busybox, "true"],
        ["rename", "other", name],
    ];
}
