using Minirun.Plan;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security;
using Minirun.Runtime.Security.Seccomp;
using Minirun.Runtime.Spec;
using Minirun.Runtime.Tests.Plan;
using Xunit;

namespace Minirun.Runtime.Tests.Security;

public sealed class MountRightTests
{
    private static readonly OciSeccomp s_own = DefaultProfile.For(CapabilitySet.DefaultSet);

    [Fact]
    public void The_default_profile_and_capabilities_give_none() => Assert.False(MountRight.Has(With("CAP_CHOWN"), s_own));

    [Fact]
    public void The_capability_gives_it_from_any_of_the_lists()
    {
        Assert.True(MountRight.Has(With("CAP_SYS_ADMIN"), s_own));
        Assert.True(MountRight.Has(new() { Capabilities = new() { Ambient = ["CAP_SYS_ADMIN"] } }, s_own));
        Assert.True(MountRight.Has(new(), s_own));   // no lists at all
    }

    [Theory]
    [InlineData("SCMP_ACT_ALLOW", "kexec_load", false, true)]
    [InlineData("SCMP_ACT_ERRNO", "unshare", false, true)]
    [InlineData("SCMP_ACT_ERRNO", "clone3", false, true)]
    [InlineData("SCMP_ACT_ERRNO", "clone", false, true)]
    [InlineData("SCMP_ACT_ERRNO", "clone", true, false)]
    [InlineData("SCMP_ACT_KILL_PROCESS", "read", false, false)]
    public void A_filter_gives_it_by_a_user_namespace(string otherwise, string allowed, bool looks, bool expected)
    {
        var rule = new OciSyscall { Names = [allowed], Action = "SCMP_ACT_ALLOW", Args = looks ? [new()] : [] };
        Assert.Equal(expected, MountRight.Has(With("CAP_CHOWN"), new() { DefaultAction = otherwise, Syscalls = [rule] }));
    }

    [Fact]
    public void No_filter_gives_it() => Assert.True(MountRight.Has(With("CAP_CHOWN"), null));

    /// <summary>Whoever leaves one of these out may mount: <see cref="CgroupNeed"/> knows them by name.</summary>
    [Fact]
    public void The_operations_that_hold_it_have_these_names()
    {
        var options = new RunOptions { Rootfs = TestHost.Rootfs, Command = { "true" } };
        ContainerPlan plan = Planner.Build(SpecBuilder.Build(options, TestHost.Root()), TestHost.Root());
        OpCode[] holds = [OpCode.Seccomp, OpCode.Bounding, OpCode.Capabilities];
        Assert.Equal(CgroupNeed.Holds.Order(),
            plan.Operations.Where(each => Array.IndexOf(holds, each.Code) >= 0).Select(each => each.Name).Distinct().Order());
    }

    private static OciProcess With(string capability) => new() { Capabilities = new() { Bounding = [capability] } };
}
