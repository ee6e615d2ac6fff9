using System.Globalization;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>Sizes as docker's flags take them: 512m, 1.5G, 64MiB. All units are powers of 1024.</summary>
internal static class ByteSize
{
    private const string Units = "bkmgtp";

    /// <exception cref="UserError">It is none.</exception>
    public static long Parse(string text, string flag)
    {
        if (text == "-1") return -1;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.')) end++;
        string unit = text[end..].Trim().ToLowerInvariant();
        if (unit.EndsWith("ib", StringComparison.Ordinal)) unit = unit[..^2];
        else if (unit.Length == 2 && unit[1] == 'b') unit = unit[..1];
        int power = unit.Length == 0 ? 0 : unit.Length == 1 ? Units.IndexOf(unit[0]) : -1;
        if (power < 0
            || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            || number > long.MaxValue >> power * 10)
            throw new UserError($"invalid value for {flag}: invalid size: '{text}'", "a number of bytes, or such as 64m or 1g");
        return (long)(number * (1L << power * 10));
    }
}
