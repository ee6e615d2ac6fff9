using System.Globalization;
using System.Text;

namespace Minirun.Cli.Output;

/// <summary>
/// Which control sequences and strings a terminal answers to (ctlseqs of xterm, and what kitty, iTerm2 and others have added).
/// </summary>
internal static class Requests
{
    /// <summary>Sizes and states of the window.</summary>
    private static readonly int[] s_windowReports = [11, 13, 14, 15, 16, 18, 19, 20, 21];

    /// <summary>The mouse, focus, colours and the size are told of from now on: what nobody has asked for is typed.</summary>
    private static readonly int[] s_reportingModes = [9, 1000, 1001, 1002, 1003, 1004, 2031, 2048];

    /// <summary>Titles, links and messages, which may have a question mark; and what is longer than a question is.</summary>
    private static readonly string[] s_texts = ["0;", "1;", "2;", "7;", "8;", "9;"], s_long = ["52;", "1337;File"];

    /// <param name="inside">Parameters and intermediates.</param>
    /// <param name="final">The last character.</param>
    public static bool IsSequence(ReadOnlySpan<byte> inside, byte final)
    {
        int length = inside.Length;
        while (length > 0 && inside[length - 1] is >= 0x20 and < 0x30) length--;
        string intermediates = Encoding.ASCII.GetString(inside[length..]);
        char prefix = length > 0 && inside[0] is >= 0x3c and <= 0x3f ? (char)inside[0] : ' ';
        string parameters = Encoding.ASCII.GetString(inside[(prefix == ' ' ? 0 : 1)..length]);
        return (prefix, intermediates, (char)final) switch
        {
            (' ' or '?', "", 'n') => true,                        // DSR: status, the cursor's place
            (' ' or '>' or '=', "", 'c') => true,                 // DA: who are you
            (' ', "", 'x') => true,                               // DECREQTPARM
            (_, "$", 'p') => true,                                // DECRQM: is that mode set
            ('>', "", 'q') => true,                               // XTVERSION
            ('?', "", 'u' or 'S' or 'm') => true,                 // keyboard (kitty), graphics, modified keys (xterm)
            (' ', "$", 'u' or 'w') => true,                       // DECRQTSR, DECRQPSR
            (' ', "&", 'u') or (' ', "\"", 'v') => true,          // DECRQUPSS, DECRQDE
            (' ', "*", 'y') or (' ', "'", '|') => true,           // DECRQCRA, DECRQLP
            (' ', "#", 'R' or '|') => true,                       // XTREPORTCOLORS, XTREPORTSGR
            (' ', "", 't') => Numbers(parameters) is [var what, ..] && s_windowReports.Contains(what),
            ('?', "", 'h') => Numbers(parameters).Any(s_reportingModes.Contains),
            _ => false,
        };
    }

    /// <param name="kind">The character behind ESC.</param>
    /// <param name="inside">What stands between the beginning and the end.</param>
    /// <param name="isWhole">Else it is the beginning of a long one.</param>
    public static bool IsString(byte kind, ReadOnlySpan<byte> inside, bool isWhole)
    {
        string text = Encoding.Latin1.GetString(inside);
        return (char)kind switch
        {
            // A colour, a clipboard, a font that is not set but asked for has a question mark for a value.
            ']' => Begins(text, "1337;Report", "1337;Request")
                || (isWhole ? text.Split(';').Contains("?") && !Begins(text, s_texts) : !Begins(text, s_long)),
            // DECRQSS, XTGETTCAP, XTGETXRES; an image (sixel) has neither sign before its q.
            'P' => Begins(text, "$q", "+q", "+Q"),
            // An image of kitty's with a number, which is answered with OK.
            '_' => Begins(text, "G") && Keys(text) is var keys
                && (keys.Contains("a=q") || (!keys.Contains("q=2") && keys.Any(key => Begins(key, "i=", "I=")))),
            _ => false,
        };
    }

    private static bool Begins(string text, params ReadOnlySpan<string> beginnings)
    {
        foreach (string beginning in beginnings)
            if (text.StartsWith(beginning, StringComparison.Ordinal)) return true;
        return false;
    }

    private static string[] Keys(string text) => text[1..].Split(';')[0].Split(',');

    private static int[] Numbers(string text) =>
        Array.ConvertAll(text.Split(';', ':'), part => int.TryParse(part, CultureInfo.InvariantCulture, out int number) ? number : 0);
}
