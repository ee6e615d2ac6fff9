using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Volumes;

public sealed class VolumeStoreTests : IDisposable
{
    private readonly VolumeRoot _root = new();

    public void Dispose() => _root.Dispose();

    private string Make(string name) => _root.Store.Create(new VolumeRecord { Name = name }).Name;

    [Fact]
    public void A_volume_is_made_found_listed_and_removed()
    {
        Make("data");
        Assert.Equal(_root.Paths.Volumes + "/data/_data", _root.Store.Get("data").Volume.Mountpoint);
        Assert.Equal("data", Assert.Single(_root.Store.All()).Name);
        _root.Store.Remove("data");
        Assert.Empty(_root.Store.All());
        Assert.Contains("no such volume", Assert.Throws<UserError>(() => _root.Store.Remove("data")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_without_a_name_gets_64_digits()
    {
        string name = Make("");
        Assert.Equal(64, name.Length);
        Assert.True(_root.Store.Find(name)!.Anonymous);
    }

    [Fact]
    public void Making_it_again_is_no_error_but_with_another_driver()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        Make("data");
        Make("data");
        Assert.Contains("already exists",
            Assert.Throws<UserError>(() => _root.Store.Create(new VolumeRecord { Name = "data", Driver = "foo" })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/a")]
    [InlineData(".new-x")]
    [InlineData("a")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void Hostile_names_are_refused(string name)
    {
        Assert.Throws<UserError>(() => Make(name));
        Assert.Null(_root.Store.Find(name));
        Assert.Throws<UserError>(() => _root.Store.Remove(name));
    }

    [Fact]
    public void One_in_use_is_not_removed_and_its_users_are_named()
    {
        Make("data");
        EngineContainer web = _root.Container("web", new VolumeUse { Name = "data", Destination = "/data" });
        Assert.Contains($"in use by web ({web.ShortId})", Assert.Throws<UserError>(() => _root.Store.Remove("data")).Message,
            StringComparison.Ordinal);
        ContainerRemoval.Remove(web);
        _root.Store.Remove("data");
    }

    [Fact]
    public void What_a_crash_left_is_removed_by_the_next_command()
    {
        Make("data");
        Directory.CreateDirectory(_root.Paths.Volumes + "/.new-0123-half/_data/x");
        Assert.Equal("data", Assert.Single(_root.Store.All()).Name);
        Assert.False(Directory.Exists(_root.Paths.Volumes + "/.new-0123-half"));
    }

    [Fact]
    public void Of_many_at_once_one_makes_it_and_all_have_it()
    {
        Parallel.For(0, 16, _ => Make("data"));
        Assert.Equal(["data"], _root.Store.All().Select(volume => volume.Name));
        Assert.Empty(Directory.GetDirectories(_root.Paths.Volumes, ".new-*"));
    }

    [Fact]
    public void Anonymous_ones_go_with_their_last_container_and_named_ones_stay()
    {
        string anonymous = Make("");
        Make("data");
        VolumeUse[] uses = [new() { Name = anonymous, Anonymous = true, Destination = "/a" }, new() { Name = "data", Destination = "/b" }];
        EngineContainer one = _root.Container("one", uses), two = _root.Container("two", uses);
        ContainerRemoval.Remove(one);
        ContainerVolumes.RemoveAnonymous(one);
        Assert.NotNull(_root.Store.Find(anonymous));
        ContainerRemoval.Remove(two);
        ContainerVolumes.RemoveAnonymous(two);
        Assert.Equal("data", Assert.Single(_root.Store.All()).Name);
    }

    [Theory]
    [InlineData("size", "1m")]
    [InlineData("type", "tmpfs")]
    public void Unknown_or_half_options_of_local_are_refused(string key, string value) =>
        Assert.Throws<UserError>(() => _root.Store.Create(new VolumeRecord { Name = "data", Options = { [key] = value } }));
}
