using System.Reflection;
using Xunit;

namespace Minirun.Linux.Tests;

public sealed class SystemCallNameTests
{
    /// <summary>Messages name calls as strace does: where a name is known, it is the right one.</summary>
    [Fact]
    public void A_name_is_that_of_the_constant_or_the_bare_number()
    {
        foreach (FieldInfo field in typeof(sys_syscall).GetFields().Where(field => field.IsLiteral))
        {
            int number = (int)field.GetRawConstantValue()!;
            Assert.Contains(sys_syscall.Name(number), new[] { field.Name["SYS_".Length..], "syscall_" + number });
        }
    }
}
