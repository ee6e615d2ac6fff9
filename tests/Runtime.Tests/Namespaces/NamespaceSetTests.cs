using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Xunit;

namespace Minirun.Runtime.Tests.Namespaces;

public sealed class NamespaceSetTests
{
    [Theory]
    [InlineData("user", sched.CLONE_NEWUSER)]
    [InlineData("pid", sched.CLONE_NEWPID)]
    [InlineData("uts", sched.CLONE_NEWUTS)]
    [InlineData("mnt", sched.CLONE_NEWNS)]
    [InlineData("mount", sched.CLONE_NEWNS)]
    [InlineData("ipc", sched.CLONE_NEWIPC)]
    [InlineData("cgroup", sched.CLONE_NEWCGROUP)]
    [InlineData("net", sched.CLONE_NEWNET)]
    [InlineData("network", sched.CLONE_NEWNET)]
    public void A_namespace_has_its_flag(string name, ulong flag) => Assert.Equal(flag, NamespaceSet.Flag(name));

    [Theory]
    [InlineData("")]
    [InlineData("User")]
    [InlineData("time")]
    [InlineData("mnt ")]
    public void Other_names_are_refused(string name) => Refuses.With(() => NamespaceSet.Flag(name));

    [Fact]
    public void A_set_is_shown_as_strace_does() =>
        Assert.Equal("CLONE_NEWUSER|CLONE_NEWNS", NamespaceSet.Format(sched.CLONE_NEWNS | sched.CLONE_NEWUSER));

    [Fact]
    public void OCI_has_its_own_names() =>
        Assert.Equal(["user", "mount", "network"], NamespaceSet.OciNames(sched.CLONE_NEWNS | sched.CLONE_NEWUSER | sched.CLONE_NEWNET));
}
