using System.Diagnostics;
using System.Globalization;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// What is ignored here, as after `nohup ./build.sh test`, would be ignored by all that the tests start: execve(2) keeps it. Programs under
/// test start with the defaults, whoever runs the tests.
/// </summary>
internal static class Dispositions
{
    private const ulong SIGPIPE = 1UL << 12;   // always: the .NET runtime ignores it, and leaves it so in its children

    public static void MakeDefault(ProcessStartInfo start)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong ignored = ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~SIGPIPE;
        if (ignored == 0) return;
        IEnumerable<int> numbers = Enumerable.Range(1, 31).Where(number => (ignored >> (number - 1) & 1) != 0);
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=" + string.Join(',', numbers));
        start.FileName = "/usr/bin/env";
    }
}
