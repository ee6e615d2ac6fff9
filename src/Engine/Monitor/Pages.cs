using System.Globalization;
using Minirun.Linux;

namespace Minirun.Engine.Monitor;

/// <summary>Gives memory back that only the start needed.</summary>
internal static class Pages
{
    /// <summary>
    /// Lets go of the program's own code: it is in the page cache, shared by all monitors, and what is used again comes back by itself. Nobody writes
    /// into code, so nothing is lost.
    /// </summary>
    public static unsafe void ReleaseCode()
    {
        foreach (string line in ProcFile.Read("/proc/self/maps").Split('\n'))
        {
            int dash = line.IndexOf('-'), blank = line.IndexOf(' ');
            if (dash <= 0 || blank < 0 || string.CompareOrdinal(line, blank, " r-xp ", 0, 6) != 0 || !line.Contains('/')) continue;
            if (nint.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint start) && nint.TryParse(line.AsSpan(dash + 1, blank - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint end))
                sys_mman.madvise((void*)start, end - start, sys_mman.MADV_DONTNEED);
        }
    }
}
