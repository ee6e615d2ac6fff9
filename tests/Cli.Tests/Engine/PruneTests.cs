using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

public sealed class PruneTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    private Result Answer(string answer, params string[] arguments) => Minirun.Run(_root.How with { Input = answer }, arguments);

    [Theory]
    [InlineData("container")]
    [InlineData("volume")]
    [InlineData("network")]
    public void It_asks_before(string what)
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        Assert.Contains("Are you sure you want to continue? [y/N]", Answer("n\n", what, "prune").Exits(0).Out);
        Assert.Equal("web\n", _root.Run("ps", "-a", "--format", "{{.Names}}").Out);
        Result unanswered = _root.Run(what, "prune").Exits(125);
        Assert.Contains("nobody answered", unanswered.Error);
        Assert.EndsWith("[y/N] \n", unanswered.Out);
        Assert.DoesNotContain("[y/N]", _root.Run(what, "prune", "-f").Succeeds().Out);
    }

    [Fact]
    public void Who_says_yes_is_told_what_went()
    {
        string id = _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0).Lines[0];
        string said = Answer("y\n", "container", "prune").Exits(0).Out;
        Assert.Contains($"Deleted Containers:\n{id}\n\nTotal reclaimed space: ", said);
        Assert.DoesNotContain("space: 0B", said);
        Assert.Equal("Total reclaimed space: 0B\n", _root.Run("container", "prune", "-f").Succeeds().Out);
    }

    [Fact]
    public void Filters_choose()
    {
        _root.Run("create", "--name", "one", "--label", "team=a", Rootfs.Busybox, "true").Exits(0);
        _root.Run("create", "--name", "two", Rootfs.Busybox, "true").Exits(0);
        _root.Run("container", "prune", "-f", "--filter", "until=1h").Succeeds();
        Assert.Equal("two\none\n", _root.Run("ps", "-a", "--format", "{{.Names}}").Out);
        _root.Run("container", "prune", "-f", "--filter", "label!=team=a").Succeeds();
        Assert.Equal("one\n", _root.Run("ps", "-a", "--format", "{{.Names}}").Out);
        _root.Run("container", "prune", "-f", "--filter", "label=team", "--filter", "until=0s").Succeeds();
        Assert.Equal("", _root.Run("ps", "-a", "--format", "{{.Names}}").Out);
        _root.Run("container", "prune", "-f", "--filter", "name=a").Fails(125, "--filter name=a", "until=24h");
    }

    [Requires(Need.User)]
    public void A_user_hears_before_a_network_is_made_that_no_container_could_be_on_it()
    {
        _root.Run("network", "create", "n").Fails(125, "only root can create networks", "--net container:NAME");
        Assert.DoesNotContain("n", _root.Run("network", "ls", "-q").Succeeds().Lines);
        _root.Run("run", "--net", "n", Rootfs.Busybox, "true").Fails(125, "no mode and no network is called 'n'");
    }

    [Requires(Need.Root)]
    public void Networks_with_a_label_go_alone()
    {
        _root.Run("network", "create", "--label", "team=a", "one").Succeeds();
        _root.Run("network", "create", "two").Succeeds();
        Assert.Equal("one\n", _root.Run("network", "ls", "-q", "-f", "label=team").Succeeds().Out);
        Assert.Equal("Deleted Networks:\none\n\n", _root.Run("network", "prune", "-f", "--filter", "label=team=a").Succeeds().Out);
        Assert.Equal("two\n", _root.Run("network", "ls", "-q", "-f", "name=two").Succeeds().Out);
    }
}
