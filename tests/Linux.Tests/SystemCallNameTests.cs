using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace Minirun.Linux.Tests;

public sealed class SystemCallNameTests
{
    public static TheoryData<string> Calls => [.. typeof(sys_syscall).GetMembers(BindingFlags.Public | BindingFlags.Static)
        .Where(member => member is FieldInfo or PropertyInfo).Select(member => member.Name)];

    /// <summary>Messages name calls as strace does.</summary>
    [Theory]
    [MemberData(nameof(Calls))]
    public void Every_call_has_its_name(string constant)
    {
        int number = (int)(typeof(sys_syscall).GetField(constant)?.GetRawConstantValue()
            ?? typeof(sys_syscall).GetProperty(constant)!.GetValue(null)!);
        Assert.Equal(constant["SYS_".Length..], sys_syscall.Name(number));
    }

    [Fact]
    public void A_call_that_is_not_in_the_list_is_named_by_its_number() => Assert.Equal("syscall_4000", sys_syscall.Name(4000));

    /// <summary>The numbers are the kernel's headers', for both processors: nobody types them.</summary>
    [Arm64HeaderFact]
    public void The_file_of_numbers_is_what_its_script_makes_of_the_headers()
    {
        string folder = Path.Combine(Checkout.Root, "src", "Linux", "Headers");
        using Process script =
            Process.Start(new ProcessStartInfo(Path.Combine(folder, "sys_syscall.sh"), ["--print"]) { RedirectStandardOutput = true })!;
        string made = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        Assert.Equal(0, script.ExitCode);
        Assert.True(made == File.ReadAllText(Path.Combine(folder, "sys_syscall.cs")),
            "run src/Linux/Headers/sys_syscall.sh, with the names of new calls");
    }
}
