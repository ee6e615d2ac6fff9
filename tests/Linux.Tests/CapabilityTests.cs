using System.Text;
using Xunit;

namespace Minirun.Linux.Tests;

public sealed class CapabilityTests
{
    [HeaderFact]
    public void Every_name_has_the_number_that_the_header_gives_it()
    {
        var source = new StringBuilder("#include <stdio.h>\n#include <linux/capability.h>\nint main(void) {\n");
        foreach (string name in capability.Names) source.Append($"  printf(\"%d {name}\\n\", {name});\n");
        source.Append("  return 0;\n}\n");
        Assert.Equal(CProgram.Run(source.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            capability.Names.Select((name, number) => $"{number} {name}"));
    }

    [Fact]
    public void There_is_a_name_for_each() => Assert.Equal(capability.CAP_LAST_CAP + 1, capability.Names.Count);

    [Theory]
    [InlineData("CAP_SYS_ADMIN", 21)]
    [InlineData("SYS_ADMIN", 21)]
    [InlineData("sys_admin", 21)]
    [InlineData("cap_Sys_Admin", 21)]
    [InlineData("CHOWN", 0)]
    [InlineData("", -1)]
    [InlineData("CAP_", -1)]
    [InlineData("SYS_ADMIN ", -1)]
    [InlineData("ALL", -1)]
    public void A_name_is_found_in_every_spelling(string name, int number) => Assert.Equal(number, capability.Find(name));
}
