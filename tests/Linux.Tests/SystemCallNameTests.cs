using System.Reflection;
using Xunit;

namespace Minirun.Linux.Tests;

public sealed class SystemCallNameTests
{
    public static TheoryData<string> Calls =>
        [.. typeof(sys_syscall).GetFields().Where(constant => constant.IsLiteral).Select(constant => constant.Name)];

    /// <summary>Messages name calls as strace does.</summary>
    [Theory]
    [MemberData(nameof(Calls))]
    public void Every_call_has_its_name(string constant)
    {
        FieldInfo field = typeof(sys_syscall).GetField(constant)!;
        Assert.Equal(constant["SYS_".Length..], sys_syscall.Name((int)field.GetRawConstantValue()!));
    }

    [Fact]
    public void A_call_that_is_not_in_the_list_is_named_by_its_number() => Assert.Equal("syscall_4000", sys_syscall.Name(4000));
}
