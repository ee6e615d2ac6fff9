using Minirun.Runtime.Cgroups;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class CgroupPathTests
{
    [Theory]
    [InlineData("/libpod_parent/libpod-1", "/own", true, "/libpod_parent/libpod-1")]
    [InlineData("//a/./b/", "/own", false, "/a/b")]
    [InlineData("a/b", "/own/x", false, "/own/x/a/b")]
    [InlineData("a/b", "/own/x", true, "/own/a/b")]
    [InlineData("a", "/", true, "/a")]
    [InlineData("a", "/", false, "/a")]
    [InlineData(null, "/own/x", true, "/own/id")]
    [InlineData("", "/own", false, "/own/id")]
    public void A_path_is_absolute_relative_or_the_id(string? path, string own, bool unified, string expected) =>
        Assert.Equal(expected, CgroupPath.Resolve(path, "id", own, unified));

    [Theory]
    [InlineData("../a")]
    [InlineData("/a/../../b")]
    [InlineData("/")]
    [InlineData("a\nb")]
    public void A_path_that_leads_out_is_refused(string path) =>
        Assert.StartsWith("linux.cgroupsPath: ", Refuses.With(() => CgroupPath.Resolve(path, "id", "/", true)).Message);

    [Theory]
    [InlineData("system.slice:runc:abc", "system.slice", "runc-abc.scope")]
    [InlineData("machine-a.slice::abc", "machine-a.slice", "abc.scope")]
    [InlineData(":libpod:abc", "system.slice", "libpod-abc.scope")]
    [InlineData("kube.slice:x:pod1.slice", "kube.slice", "pod1.slice")]
    [InlineData(null, "system.slice", "minirun-id.scope")]
    public void Systemd_gets_a_slice_and_a_unit(string? path, string slice, string unit) =>
        Assert.Equal(new ScopeName(slice, unit), ScopeName.Parse(path, "id", user: false));

    [Theory]
    [InlineData("/a/b")]
    [InlineData("a:b")]
    [InlineData("a.slice:b:")]
    [InlineData("a:b:c")]
    [InlineData("a/b.slice:c:d")]
    [InlineData("a.slice:b:c/d")]
    public void What_systemd_cannot_take_is_refused(string path) => Refuses.With(() => ScopeName.Parse(path, "id", user: false));

    [Theory]
    [InlineData("-.slice", "")]
    [InlineData("a.slice", "/a.slice")]
    [InlineData("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice")]
    public void A_slice_lies_in_those_its_name_begins_with(string slice, string path) => Assert.Equal(path, ScopeName.Expand(slice));

    [Theory]
    [InlineData(null, "", "")]
    [InlineData("", "", "")]
    [InlineData("/", "", "")]
    [InlineData("sub/a", "", "/sub/a")]
    [InlineData("cpu,memory:sub", "cpu,memory", "/sub")]
    public void Exec_can_name_a_cgroup_below(string? text, string controllers, string below) =>
        Assert.Equal((controllers, below), SubCgroup.Parse(text));

    [Fact]
    public void Exec_cannot_leave_the_containers_cgroup() => Refuses.With(() => SubCgroup.Parse("a/../.."));
}
