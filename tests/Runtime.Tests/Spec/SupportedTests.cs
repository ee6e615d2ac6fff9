using Minirun.Runtime.Bundles;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Spec;

/// <summary>
/// What <c>features</c> names is taken by the code that reads it: each of these throws, or gives no number, for a name that it does not
/// know.
/// </summary>
public sealed class SupportedTests
{
    [Fact]
    public void Names_of_seccomp_are_taken()
    {
        foreach (string action in Supported.SeccompActions) SeccompAction.Read(action, null, "action");
        foreach (string op in Supported.SeccompOperators) Comparison.Read(new() { Op = op }, "args");
        foreach (string flag in Supported.SeccompFlags) SeccompFlags.Read([flag], "flags");
        foreach (string architecture in Supported.SeccompArchitectures) SeccompArchitecture.Find(architecture, "architectures");
        Assert.Subset(Supported.SeccompFlags.ToHashSet(), Supported.SeccompFlagsOfThisKernel.ToHashSet());
        Assert.Contains("SECCOMP_FILTER_FLAG_LOG", Supported.SeccompFlagsOfThisKernel);
    }

    [Fact]
    public void Names_of_memory_policies_are_taken()
    {
        Assert.All(Supported.MemoryPolicyModes, mode => Assert.True(MemoryPolicy.Mode(mode) >= 0, mode));
        Assert.All(Supported.MemoryPolicyFlags, flag => Assert.NotEqual(0, MemoryPolicy.Flag(flag)));
    }

    [Fact]
    public void Names_of_namespaces_and_capabilities_are_taken()
    {
        foreach (string type in Supported.Namespaces) NamespaceSet.Find(type);
        Assert.All(Supported.Capabilities, name => Assert.True(Linux.capability.Find(name) >= 0, name));
    }

    [Fact]
    public void Options_of_file_systems_are_no_mount_options()
    {
        Assert.Contains("rro", Supported.MountOptions);
        Assert.DoesNotContain("size=1m", Supported.MountOptions);
    }
}
