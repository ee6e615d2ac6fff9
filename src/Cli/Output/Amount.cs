using System.Globalization;

namespace Minirun.Cli.Output;

/// <summary>Numbers of bytes for people, in docker's two manners.</summary>
internal static class Amount
{
    private static readonly string[] s_binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], s_decimal = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>1.5MiB: memory.</summary>
    public static string Binary(ulong bytes) => Write(bytes, 1024, s_binary, 4);

    /// <summary>1.57MB: disks and networks.</summary>
    public static string Decimal(ulong bytes) => Write(bytes, 1000, s_decimal, 3);

    private static string Write(double bytes, double step, string[] units, int digits)
    {
        int unit = 0;
        for (; bytes >= step && unit + 1 < units.Length; unit++) bytes /= step;
        int places = bytes < 10 ? digits - 1 : bytes < 100 ? digits - 2 : bytes < 1000 ? digits - 3 : 0;
        return Math.Round(bytes, places).ToString("0.###", CultureInfo.InvariantCulture) + units[unit];
    }
}
