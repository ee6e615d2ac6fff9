using Minirun.Linux;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Resctrl;

/// <summary>
/// What is made and written, in a plain directory: few machines have resctrl. There the files are the kernel's; here they keep what was
/// written.
/// </summary>
public sealed class ResctrlGroupTests : IDisposable
{
    private const string Id = "box";
    private readonly string _root = Directory.CreateTempSubdirectory("resctrl-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_is_found_among_the_mounts()
    {
        MountInfo[] mounts =
            [.. MountInfo.Parse("31 23 0:28 / /sys rw - sysfs sysfs rw\n32 31 0:29 / /sys/fs/resctrl rw - resctrl resctrl rw\n")];
        Assert.Equal("/sys/fs/resctrl", ResctrlGroup.Root(mounts));
        Assert.Null(ResctrlGroup.Root(mounts[..1]));
    }

    [Fact]
    public void Where_it_is_not_mounted_the_field_is_named() =>
        Assert.StartsWith("linux.intelRdt: no resctrl", Assert.Throws<UserError>(() => ResctrlGroup.Make(null, Id, new())).Message);

    [Fact]
    public void Without_a_closID_the_group_is_the_containers_own_and_goes_with_it()
    {
        ResctrlState state = Make(new() { L3CacheSchema = "L3:0=7f0;1=1f", MemBwSchema = "MB:0=20;1=70", Schemata = ["L2:0=f", "L3:0=f"] });
        Assert.True(state.IsOwn);
        Assert.Equal("L3:0=7f0;1=1f\nMB:0=20;1=70\nL2:0=f\nL3:0=f\n", Read("box/schemata"));
        ResctrlGroup.Enter(state, 4242);
        Assert.Equal("4242", Read("box/tasks"));
        Remove(state);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
        ResctrlGroup.Remove(state);
    }

    [Fact]
    public void Nothing_is_written_to_schemata_when_none_is_given()
    {
        Make(new());
        Assert.False(File.Exists(_root + "/box/schemata"));
    }

    [Fact]
    public void A_closID_with_a_schema_is_made_and_stays()
    {
        ResctrlState state = Make(new() { ClosID = "gold", Schemata = ["MB:0=50"] });
        Assert.False(state.IsOwn);
        ResctrlGroup.Remove(state);
        Assert.Equal("MB:0=50\n", Read("gold/schemata"));
    }

    [Fact]
    public void A_closID_alone_must_be_there()
    {
        Assert.StartsWith("linux.intelRdt.closID: there is no ", Refused(new() { ClosID = "gold" }));
        Directory.CreateDirectory(_root + "/gold");
        ResctrlGroup.Enter(Make(new() { ClosID = "gold" }), 7);
        Assert.Equal("7", Read("gold/tasks"));
    }

    [Fact]
    public void The_default_class_is_the_root()
    {
        ResctrlState state = Make(new() { ClosID = "/" });
        ResctrlGroup.Enter(state, 7);
        Assert.Equal("7", Read("tasks"));
        ResctrlGroup.Remove(state);
        Assert.True(Directory.Exists(_root));
    }

    [Theory]
    [InlineData("L3:0=f;1=1F", true)]
    [InlineData("L3:1=1f", true)]
    [InlineData("L3:0=ff", false)]
    [InlineData("L3:2=f", false)]
    [InlineData("L2:0=f", false)]
    public void A_group_that_is_there_must_have_the_schema(string schema, bool has)
    {
        Directory.CreateDirectory(_root + "/gold");
        File.WriteAllText(_root + "/gold/schemata", "    MB:0= 100;1= 100\n    L3:0=0000f;1=0001f\n");
        var wanted = new OciIntelRdt { ClosID = "gold", L3CacheSchema = schema };
        if (has) Make(wanted);
        else Assert.StartsWith("linux.intelRdt.l3CacheSchema: ", Refused(wanted));
        Assert.True(Directory.Exists(_root + "/gold"));
    }

    [Fact]
    public void Monitoring_is_a_group_of_the_containers_below_its_class()
    {
        Directory.CreateDirectory(_root + "/gold/mon_groups");
        ResctrlState state = Make(new() { ClosID = "gold", EnableMonitoring = true });
        ResctrlGroup.Enter(state, 7);
        Assert.Equal("7", Read("gold/tasks"));
        Assert.Equal("7", Read("gold/mon_groups/box/tasks"));
        Remove(state);
        Assert.True(Directory.Exists(_root + "/gold/mon_groups"));
        Assert.False(Directory.Exists(_root + "/gold/mon_groups/box"));
    }

    [Fact]
    public void What_was_made_is_removed_when_monitoring_cannot_be_had()
    {
        // A plain directory has no mon_groups.
        Assert.StartsWith("linux.intelRdt.enableMonitoring: cannot make ", Refused(new() { EnableMonitoring = true }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void What_the_kernel_says_is_in_the_error()
    {
        Directory.CreateDirectory(_root + "/info");
        File.WriteAllText(_root + "/info/last_cmd_status", "Unknown or unsupported resource name 'L9'\n");
        Directory.CreateDirectory(_root + "/gold/schemata");   // cannot be written
        string message = Refused(new() { ClosID = "gold", Schemata = ["L9:0=f"] });
        Assert.StartsWith("linux.intelRdt.schemata: ", message);
        Assert.EndsWith("Unknown or unsupported resource name 'L9'", message);
    }

    [Fact]
    public void Directories_of_its_own_are_told_of_before_they_are_made()
    {
        List<string> told = [];
        ResctrlGroup.Make(_root, Id, new(), path => told.Add($"{path} {Directory.Exists(path)}"));
        ResctrlGroup.Make(_root, Id, new() { ClosID = "gold", Schemata = ["MB:0=50"] }, told.Add);
        Assert.Equal([$"{_root}/box False"], told);
    }

    private ResctrlState Make(OciIntelRdt wanted) => ResctrlGroup.Make(_root, Id, wanted);

    private string Refused(OciIntelRdt wanted) => Assert.Throws<UserError>(() => Make(wanted)).Message;

    private string Read(string path) => File.ReadAllText(Path.Combine(_root, path));

    /// <summary>The kernel removes a group with its files.</summary>
    private static void Remove(ResctrlState state)
    {
        foreach (string? group in (string?[])[state.Group, state.Monitor])
            if (group is not null) foreach (string file in Directory.GetFiles(group)) File.Delete(file);
        ResctrlGroup.Remove(state);
    }
}
