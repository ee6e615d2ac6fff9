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
    private static readonly int[] s_reportingModes = [9, 1000, 1001, 1002, 1003, 1004, 2031, 2048, 5522, 9001];

    /// <summary>
    /// The commands of OSC that say something and ask nothing. Every terminal has further ones of its own: what is not known here is left
    /// out. Titles, the directory, links and messages may have a question mark in them.
    /// </summary>
    private static readonly string[] s_texts = ["0", "1", "2", "7", "8", "9"];

    /// <summary>
    /// Colours and their end, the pointer, marks of a prompt, messages: a value that begins with a question mark asks for the present one.
    /// </summary>
    private static readonly string[] s_values =
    [
        "4", "5", "6", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "22", "104", "105", "106", "110", "111", "112", "113",
        "114", "115", "116", "117", "118", "119", "133", "633", "777",
    ];

    /// <summary>Of iTerm2's: an image or a file, and marks.</summary>
    private static readonly string[] s_files = ["File=", "MultipartFile=", "FilePart=", "FileEnd", "SetMark", "CurrentDir=", "RemoteHost="];

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
            ('>' or '=' or '<', "", 'u') or ('>', "", 'm') => true,   // what each key types from now on
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
            ']' => !IsCommand(text, isWhole),
            // Only an image (sixel): else DECRQSS, XTGETTCAP, XTGETXRES, the remote control of kitty, keys that type what a string says …
            'P' => text.TrimStart("0123456789;".ToCharArray()) is not ['q', ..],
            // An image of kitty's with a number, which is answered with OK.
            '_' => Begins(text, "G") && Keys(text) is var keys
                && (keys.Contains("a=q") || (!keys.Contains("q=2") && keys.Any(key => Begins(key, "i=", "I=")))),
            _ => false,
        };
    }

    /// <summary>Whether a string of OSC, or the beginning of a long one, says something and asks nothing.</summary>
    private static bool IsCommand(string text, bool isWhole)
    {
        string[] parts = text.Split(';');
        return parts[0] switch
        {
            // A clipboard's new content is in base64.
            "52" => parts.Length == 3 && parts[2].All(each => char.IsAsciiLetterOrDigit(each) || each is '+' or '/' or '='),
            "1337" => parts.Length > 1 && Begins(parts[1], s_files),
            var command when s_texts.Contains(command) => isWhole,
            var command when s_values.Contains(command) => isWhole && !parts.Any(each => each.StartsWith('?')),
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
