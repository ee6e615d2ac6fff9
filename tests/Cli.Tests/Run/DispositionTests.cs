using System.Globalization;
using System.Runtime.InteropServices;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>Of the tests themselves: what whoever runs them ignores (nohup(1)) is not ignored by the programs under test.</summary>
public sealed partial class DispositionTests
{
    [Fact]
    public void What_the_tests_ignore_is_not_ignored_by_what_they_start()
    {
        const int SIG_DFL = 0, SIG_IGN = 1;
        signal(Kernel.SIGUSR2, SIG_IGN);
        try
        {
            string line = Support.Minirun.Other("grep", "SigIgn:", "/proc/self/status").Succeeds().Lines[0];
            ulong ignored = ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.Equal(0UL, ignored >> (Kernel.SIGUSR2 - 1) & 1);
        }
        finally
        {
            signal(Kernel.SIGUSR2, SIG_DFL);
        }
    }

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
