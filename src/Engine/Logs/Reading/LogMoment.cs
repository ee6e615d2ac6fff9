using System.Globalization;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Points in time as `logs --since` and --until have them.</summary>
public static class LogMoment
{
    private static readonly string[] s_forms = ["yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH", "yyyy-MM-dd"];

    /// <summary>
    /// Nanoseconds since 1970, UTC, of 10m (that long ago), 1795205977.5 (seconds since 1970), 2026-11-20T20:19:37.5Z or the beginning of
    /// one.
    /// </summary>
    /// <param name="option">since or until, for the message.</param>
    /// <exception cref="UserError">It is none of these.</exception>
    public static long Parse(string option, string text) =>
        LogUnits.Duration(text) is { } ago ? time.Nanoseconds(time.CLOCK_REALTIME) - ago
        : Unix(text)
            ?? Rfc3339(text)
                ?? throw new UserError($"invalid value for \"{option}\": failed to parse value as time or duration: \"{text}\"",
                    "for example 10m, 1795205977 or 2026-11-20T20:19:37Z");

    /// <summary>Null for what is no such time. Without a zone it is local time.</summary>
    internal static long? Rfc3339(string text)
    {
        DateTimeStyles zone = DateTimeStyles.AssumeLocal;
        string offset = "";
        int at = text.IndexOfAny(['Z', '+'], Math.Min(10, text.Length));
        if (at < 0 && text.Length > 16) at = text.IndexOf('-', 16);
        if (at >= 0)
        {
            offset = text[at..] == "Z" ? "+00:00" : text[at..];
            text = text[..at];
        }
        long below = 0;
        if (text.IndexOf('.') is >= 0 and var dot)
        {
            if (Fraction(text[(dot + 1)..]) is not { } fraction) return null;
            below = fraction;
            text = text[..dot];
        }
        foreach (string form in s_forms)
        {
            if (!DateTimeOffset.TryParseExact(text + offset, offset.Length > 0 ? form + "zzz" : form, CultureInfo.InvariantCulture, zone,
                out DateTimeOffset moment))
                continue;
            long seconds = moment.ToUnixTimeSeconds();
            return Math.Abs(seconds) < long.MaxValue / 1_000_000_000 ? (seconds * 1_000_000_000) + below : null;
        }
        return null;
    }

    private static long? Unix(string text)
    {
        int dot = text.IndexOf('.');
        if (!long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds >= long.MaxValue / 1_000_000_000)
            return null;
        return dot < 0 ? seconds * 1_000_000_000 : Fraction(text[(dot + 1)..]) is { } below ? (seconds * 1_000_000_000) + below : null;
    }

    /// <summary>Nanoseconds of the digits behind the point.</summary>
    private static long? Fraction(string digits) =>
        digits.Length is > 0 and <= 9
            && long.TryParse(digits.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out long below)
            ? below
            : null;
}
