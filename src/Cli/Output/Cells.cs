using System.Globalization;
using System.Text;

namespace Minirun.Cli.Output;

/// <summary>How much room text takes on a terminal, in cells.</summary>
internal static class Cells
{
    public static int Width(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes()) width += Width(rune);
        return width;
    }

    /// <summary>The text in at most this many cells; what was cut is shown by an ellipsis.</summary>
    public static string Cut(string text, int cells)
    {
        if (Width(text) <= cells) return text;
        var cut = new StringBuilder();
        int left = cells - 1;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if ((left -= Width(rune)) < 0) break;
            cut.Append(rune.ToString());
        }
        return cut.Append('…').ToString();
    }

    /// <summary>Two for what East Asian fonts draw wide and for pictures, none for what stands on the letter before (wcwidth(3)).</summary>
    private static int Width(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return rune.Value is >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0x303e or >= 0x3041 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3
            or >= 0xf900 and <= 0xfaff or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60 or >= 0xffe0 and <= 0xffe6
            or >= 0x1f300 and <= 0x1f64f or >= 0x1f900 and <= 0x1f9ff or >= 0x20000 and <= 0x3fffd ? 2 : 1;
    }
}
