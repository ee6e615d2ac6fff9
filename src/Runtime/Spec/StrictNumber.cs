using System.Globalization;

namespace Minirun.Runtime.Spec;

/// <summary>
/// Ids as plain decimal digits and nothing else: no sign, space, base prefix or overflow. Lenient parsing gave root to "-1" and
/// "4294967296" elsewhere (CVE-2016-3697, CVE-2018-9862).
/// </summary>
public static class StrictNumber
{
    public static bool TryParse(string text, out uint value)
    {
        ulong number = 0;
        bool digits = text.Length is > 0 and < 20;
        foreach (char c in text)
        {
            digits &= c is >= '0' and <= '9';
            number = number * 10 + c - '0';
        }
        bool good = digits && number < uint.MaxValue;
        value = good ? (uint)number : 0;
        return good;
    }

    /// <summary>
    /// A decimal number of digits and at most one point, and nothing else: .NET reads NaN, Infinity and signs whatever style it is told.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        return text.IndexOfAnyExcept("0123456789.") < 0
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Whether somebody meant a number: it starts with a digit or a sign.</summary>
    public static bool LooksNumeric(string text) =>
        text.Length > 0 && (char.IsDigit(text[0]) || text[0] is '-' or '+' || char.IsWhiteSpace(text[0]));
}
