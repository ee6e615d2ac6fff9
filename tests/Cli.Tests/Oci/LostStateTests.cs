using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>
/// A container that runs, and whose state.json is lost, spoilt or hostile: delete --force ends it all the same, and nothing is done to a
/// process that only the file calls the container's.
/// </summary>
public sealed class LostStateTests : IDisposable
{
    private readonly OciBundle _bundle = new OciBundle("sleep", "1000").Make("create", "start");
    private readonly RunningProgram _victim = new(Start.Plain, "sleep", ["1000"]);

    public void Dispose()
    {
        _bundle.Dispose();
        _victim.Dispose();
    }

    private string StateFile => Path.Combine(_bundle.Root, _bundle.Id, "state.json");

    [Theory]
    [InlineData("lost")]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("random")]
    [InlineData("directory")]
    [InlineData("link")]
    public void Forced_deletion_ends_it(string damage)
    {
        if (!OciBundle.IsOurs) return;
        string member = Member(_bundle.Pid);
        byte[] old = File.ReadAllBytes(StateFile);
        File.Delete(StateFile);
        if (damage == "empty") File.WriteAllBytes(StateFile, []);
        if (damage == "cut") File.WriteAllBytes(StateFile, old[..(old.Length / 3)]);
        if (damage == "random") File.WriteAllBytes(StateFile, [0x7b, 0xff, 0, 1, 2, 3]);
        if (damage == "directory") Directory.CreateDirectory(StateFile);
        if (damage == "link") File.CreateSymbolicLink(StateFile, "/etc/hostname");
        Assert.NotEqual(0, _bundle.Oci("kill", "ID", "KILL").ExitCode);
        AssertDeleted(member);
    }

    [Theory]
    [InlineData("pid")]
    [InlineData("ended")]
    [InlineData("another container")]
    [InlineData("another container's pid")]
    public void A_process_that_is_not_its_own_is_left(string hostile)
    {
        if (!OciBundle.IsOurs) return;
        string member = Member(_bundle.Pid), victim = Member(_victim.Pid);
        using OciBundle other = new OciBundle("sleep", "1001").Make("create", "start");
        string third = Member(other.Pid), neighbour = Path.Combine(_bundle.Root, other.Id);
        Directory.CreateDirectory(neighbour);
        JsonObject state = JsonNode.Parse(File.ReadAllText(StateFile))!.AsObject();
        if (hostile == "pid") (state["pid"], state["startTime"]) = (_victim.Pid, ulong.Parse(victim.Split(' ')[1]));
        if (hostile == "ended") (state["pid"], state["startTime"]) = (1 << 22, 1);
        string others = Path.Combine(other.Root, other.Id, "state.json");
        // One that is kept in the same place.
        File.Copy(others, Path.Combine(neighbour, "state.json"));
        if (hostile == "another container's pid") (state["pid"], state["startTime"]) = (other.Pid, ulong.Parse(third.Split(' ')[1]));
        if (hostile == "another container") state = JsonNode.Parse(File.ReadAllText(others))!.AsObject();
        File.WriteAllText(StateFile, state.ToJsonString());
        Result kill = _bundle.Oci("kill", "ID", "KILL");
        Assert.True(kill.ExitCode == 1, kill.ToString());
        if (hostile == "another container's pid") Assert.Contains($"pid {other.Pid} is not this container's", kill.Error);
        if (hostile == "pid") Assert.Contains($"pid {_victim.Pid} is not this container's", kill.Error);
        AssertDeleted(member);
        Directory.Delete(neighbour, recursive: true);
        Assert.False(_victim.HasEnded);
        Assert.True(Family.Lives(third));
        Assert.Equal("running", other.Status);
    }

    private void AssertDeleted(string member)
    {
        _bundle.Oci("delete", "--force", "ID").Exits(0);
        Assert.True(Deadline.Wait(() => !Family.Lives(member)), "its first process is left");
        Assert.False(Directory.Exists(Path.GetDirectoryName(StateFile)));
        _bundle.Make("create");
    }

    private static string Member(int pid) =>
        Family.InNamespaceOf(pid).Single(member => member.StartsWith(pid + " ", StringComparison.Ordinal));
}
