using Xunit;

namespace Minirun.Linux.Tests;

public sealed class ErrnoTests
{
    [HeaderFact]
    public void Every_number_has_the_name_that_errno_h_gives_it()
    {
        string output = CProgram.Run("""
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <string.h>
            int main(void) {
              for (int i = 1; i < 134; i++) if (strerrorname_np(i)) printf("%d %s\n", i, strerrorname_np(i));
              return 0;
            }
            """);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            // One number, two names: glibc says ENOTSUP where strace and the kernel say EOPNOTSUPP.
            string name = parts[1] == "ENOTSUP" ? "EOPNOTSUPP" : parts[1];
            Assert.Equal(name, Errno.Name(int.Parse(parts[0])));
        }
    }

    [HeaderFact]
    public void Every_text_is_that_of_strerror()
    {
        string output = CProgram.Run("""
            #include <stdio.h>
            #include <string.h>
            int main(void) {
              for (int i = 1; i < 134; i++) printf("%d %s\n", i, strerror(i));
              return 0;
            }
            """);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' '), number = int.Parse(line[..space]);
            string text = line[(space + 1)..];
            if (text.StartsWith("Unknown error", StringComparison.Ordinal)) continue;
            Assert.Equal(text, Errno.Describe(number).Split(" (")[0], ignoreCase: true);
        }
    }

    [Theory]
    [InlineData(Errno.EPERM, "operation not permitted (EPERM)")]
    [InlineData(Errno.ENOENT, "no such file or directory (ENOENT)")]
    public void A_text_ends_in_the_name(int number, string text) => Assert.Equal(text, Errno.Describe(number));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(4095)]
    public void A_number_without_a_name_stands_for_itself(int number)
    {
        Assert.Equal(number.ToString(), Errno.Name(number));
        Assert.Contains(number.ToString(), Errno.Describe(number));
    }
}
