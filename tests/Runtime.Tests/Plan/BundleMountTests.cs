using Minirun.Plan;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>What a bundle may not ask for, and where the error says that it did.</summary>
public sealed class BundleMountTests
{
    [Theory]
    [InlineData("/proc/self/attr", "tmpfs", "mounts[0].destination")]
    [InlineData("/proc/./../proc/sys", "tmpfs", "mounts[0].destination")]
    [InlineData("/proc", "tmpfs", "mounts[0].destination")]
    [InlineData("/", "tmpfs", "mounts[0].destination")]
    [InlineData("", "tmpfs", "mounts[0].destination")]
    [InlineData("/x", "", "mounts[0].type")]
    [InlineData("/x", "bind", "mounts[0].source")]
    public void A_wrong_mount_is_named_by_its_place(string destination, string type, string place) =>
        Assert.StartsWith(place + ": ", Refused(oci => oci.Mounts.Add(new OciMount { Destination = destination, Type = type })).Message);

    [Theory]
    [InlineData("nosiud")]
    [InlineData("size")]
    public void A_bind_takes_no_words_that_are_not_its_options(string option) =>
        Assert.StartsWith("mounts[0].options: ", Refused(oci => oci.Mounts.Add(Bind("/x", "/srv/data", "bind", option))).Message);

    [Fact]
    public void A_source_that_is_not_there_is_no_such_file() =>
        Assert.Contains("no such file or directory", Refused(oci => oci.Mounts.Add(Bind("/x", "/srv/nothing", "bind"))).Message);

    [Fact]
    public void An_id_map_needs_both_maps() =>
        Assert.StartsWith("mounts[0].uidMappings: ", Refused(oci => oci.Mounts.Add(Bind("/x", "/srv/data", "bind", "idmap"))).Message);

    [Fact]
    public void An_unknown_propagation_is_an_error() =>
        Assert.StartsWith("linux.rootfsPropagation: ", Refused(oci => oci.Linux.RootfsPropagation = "sideways").Message);

    [Fact]
    public void A_mount_label_without_SELinux_is_an_error() => Assert.StartsWith("linux.mountLabel: ",
        Refused(
            oci => { oci.Linux.MountLabel = "a:b:c:s0"; oci.Mounts.Add(new OciMount { Destination = "/t", Type = "tmpfs" }); }).Message);

    [Theory]
    [InlineData("x", "linux.devices[0].type")]
    public void A_device_of_no_kind_is_an_error(string type, string place) =>
        Assert.StartsWith(place, Refused(oci => oci.Linux.Devices = [new OciDevice { Path = "/dev/x", Type = type }]).Message);

    [Theory]
    [InlineData("maskedPaths")]
    [InlineData("readonlyPaths")]
    [InlineData("mounts")]
    [InlineData("readonly")]
    public void What_would_be_done_to_the_hosts_root_is_refused_without_a_mount_namespace(string what)
    {
        UserError error = Refused(oci =>
        {
            oci.Linux.Namespaces.RemoveAll(each => each.Type == "mount");
            if (what == "maskedPaths") oci.Linux.MaskedPaths.Add("/proc/kcore");
            if (what == "readonlyPaths") oci.Linux.ReadonlyPaths.Add("/proc/sys");
            if (what.EndsWith("Paths", StringComparison.Ordinal)) return;
            oci.Linux.Namespaces.Add(new OciNamespace { Type = "user" });
            oci.Linux.UidMappings = oci.Linux.GidMappings = [new OciIdMapping { HostID = 1000, Size = 1 }];
            if (what == "readonly") oci.Root.Readonly = true;
            else oci.Mounts.Add(new OciMount { Destination = "/t", Type = "tmpfs" });
        });
        Assert.Contains("without a private MNT namespace", error.Message);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a name")]
    [InlineData("sixteen-letters-")]
    [InlineData("..")]
    public void A_network_device_has_a_proper_name(string name) => Assert.StartsWith("linux.netDevices: ", Refused(oci =>
    {
        oci.Linux.Namespaces.Add(new OciNamespace { Type = "network" });
        oci.Linux.NetDevices = new() { ["eth0"] = new OciNetDevice { Name = name } };
    }).Message);

    [Fact]
    public void The_group_of_terminals_is_left_out_where_it_does_not_exist()
    {
        ContainerPlan plan = Plan(oci =>
        {
            oci.Linux.Namespaces.Add(new OciNamespace { Type = "user" });
            oci.Linux.UidMappings = oci.Linux.GidMappings = [new OciIdMapping { HostID = 1000, Size = 1 }];
            oci.Mounts.Add(new OciMount { Destination = "/dev/pts", Type = "devpts", Options = ["newinstance", "gid=5", "mode=0620"] });
        });
        Assert.Equal("newinstance\0mode=0620\0", FileSystemAt("/dev/pts", plan).Options);
    }

    [Fact]
    public void A_very_long_option_goes_by_mount_2()
    {
        ContainerPlan plan = Plan(
            oci => oci.Mounts.Add(new OciMount
            {
                Destination = "/o",
                Type = "overlay",
                Source = "overlay",
                Options = ["lowerdir=/" + new string('l', 300), "ro"]
            }));
        FileSystemOp mount = FileSystemAt("/o", plan);
        Assert.True(mount.Flags.HasFlag(OpFlags.Classic));
        Assert.Equal("lowerdir=/" + new string('l', 300), mount.Options);
    }

    [Theory]
    [InlineData("/a//b/./c/", "/a/b/c")]
    [InlineData("a/b", "/a/b")]
    [InlineData("/a/../../b", "/b")]
    [InlineData("/..", "/")]
    public void A_path_is_cleaned(string path, string clean) => Assert.Equal(clean, MountPaths.Clean(path));

    private static FileSystemOp FileSystemAt(string path, ContainerPlan plan) =>
        plan.Operations.OfType<FileSystemOp>().First(each => each.Path == path);

    private static OciMount Bind(string destination, string source, params string[] options) =>
        new() { Destination = destination, Type = "bind", Source = source, Options = [.. options] };

    private static UserError Refused(Action<OciSpec> change) => Assert.Throws<UserError>(() => Plan(change));

    private static ContainerPlan Plan(Action<OciSpec> change)
    {
        OciSpec oci = new() { Root = new OciRoot { Path = TestHost.Rootfs }, Process = new OciProcess { Args = ["sh"] } };
        oci.Linux.Namespaces.Add(new OciNamespace { Type = "mount" });
        change(oci);
        return Planner.Build(BundleSpec.From(oci, "/srv", TestHost.Root(), new BundleOptions()), TestHost.Root());
    }
}
