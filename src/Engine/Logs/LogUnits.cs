using Minirun.Runtime.Spec;

namespace Minirun.Engine.Logs;

/// <summary>Sizes and times as log options and `logs` have them.</summary>
internal static class LogUnits
{
    /// <summary>Null for what is no size.</summary>
    public static long? Size(string text)
    {
        string number = text.Trim().ToLowerInvariant();
        if (number.EndsWith("ib", StringComparison.Ordinal)) number = number[..^2];
        else if (number.EndsWith('b')) number = number[..^1];
        if (number.Length == 0) return null;
        int power = "kmgtp".IndexOf(number[^1]) + 1;
        if (power > 0) number = number[..^1].TrimEnd();
        if (!StrictNumber.TryParse(number, out double value)) return null;
        value *= Math.Pow(1024, power);
        return value < long.MaxValue ? (long)value : null;
    }

    /// <summary>Nanoseconds of 1h2m3.5s and its like; null for what is no time.</summary>
    public static long? Duration(string text)
    {
        if (text == "0") return 0;
        double total = 0;
        int at = 0;
        if (text.Length == 0) return null;
        while (at < text.Length)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            int unit = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.') at++;
            double? factor =
                text[unit..at] switch { "ns" => 1, "us" or "µs" => 1e3, "ms" => 1e6, "s" => 1e9, "m" => 60e9, "h" => 3600e9, _ => null };
            if (factor is null || !StrictNumber.TryParse(text.AsSpan(start, unit - start), out double value)) return null;
            total += value * factor.Value;
        }
        return total < long.MaxValue ? (long)total : null;
    }
}
