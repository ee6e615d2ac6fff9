using System.Text;
using System.Text.Json.Nodes;
using Minirun.Cli.Oci;
using Minirun.Linux;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Engine;

/// <summary>A table for people: what runs is green, what ended red, and no line is longer than the terminal.</summary>
internal static class Colour
{
    private const string Green = "\e[32m", Red = "\e[31m", Off = "\e[0m";
    private const int Gap = 3, Narrowest = 8;

    public static unsafe void Print(List<string[]> table, List<JsonObject> rows)
    {
        winsize size;
        int width = ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : int.MaxValue;
        int[] widths = new int[table[0].Length];
        foreach (string[] line in table)
            for (int i = 0; i < line.Length; i++) widths[i] = Math.Max(widths[i], line[i].Length);
        // The widest gives way first.
        while (widths.Sum() + Gap * (widths.Length - 1) > width && widths.Max() > Narrowest) widths[Array.IndexOf(widths, widths.Max())]--;
        var text = new StringBuilder();
        for (int row = 0; row < table.Count; row++)
        {
            string colour = row == 0 ? "" : (string)rows[row - 1]["State"]! switch { "running" => Green, "exited" => Red, _ => "" };
            text.Append(colour);
            for (int i = 0; i < widths.Length; i++)
            {
                string cell = table[row][i];
                text.Append((cell.Length > widths[i] ? cell[..(widths[i] - 1)] + "…" : cell).PadRight(i + 1 < widths.Length ? widths[i] + Gap : 0));
            }
            text.Append(colour.Length > 0 ? Off : "").Append('\n');
        }
        OciOutput.Text(text.ToString());
    }
}
