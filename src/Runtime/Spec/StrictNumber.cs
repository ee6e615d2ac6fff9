using System.Globalization;

namespace Minirun.Runtime.Spec;

/// <summary>
/// Ids as plain decimal digits and nothing else: no sign, space, base prefix or overflow. Lenient parsing gave root to "-1" and
/// "4294967296" elsewhere (CVE-2016-3697, CVE-2018-9862).
/// </summary>
internal static class StrictNumber
{
    public static bool TryParse(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value != uint.MaxValue;

    /// <summary>Whether somebody meant a number: it starts with a digit or a sign.</summary>
    public static bool LooksNumeric(string text) => text.Length > 0 && (char.IsDigit(text[0]) || text[0] is '-' or '+' || char.IsWhiteSpace(text[0]));
}
