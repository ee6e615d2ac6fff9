using System.Text;
using Minirun.Cli.Oci;
using Minirun.Linux;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Engine;

/// <summary>Rows under each other, as wide as their widest; on a terminal no line is longer than it.</summary>
internal static class Table
{
    private const int Gap = 3, Narrowest = 8;

    /// <param name="rows">The first is the heading.</param>
    /// <param name="colour">What is written before a row and taken back after it; null: none.</param>
    /// <param name="whole">Nothing is cut.</param>
    public static void Print(List<string[]> rows, Func<int, string>? colour = null, bool whole = false)
    {
        int[] widths = new int[rows[0].Length];
        foreach (string[] row in rows)
            for (int i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        if (!whole) Fit(widths);
        var text = new StringBuilder();
        for (int row = 0; row < rows.Count; row++)
        {
            string before = colour?.Invoke(row) ?? "";
            text.Append(before);
            for (int i = 0; i < rows[row].Length; i++)
            {
                string cell = rows[row][i];
                text.Append(cell.Length > widths[i] ? cell[..(widths[i] - 1)] + "…" : cell);
                if (i + 1 < rows[row].Length) text.Append(' ', widths[i] - Math.Min(cell.Length, widths[i]) + Gap);
            }
            text.Append(before.Length > 0 ? Colour.Off : "").Append('\n');
        }
        OciOutput.Text(text.ToString());
    }

    /// <summary>The widest gives way first.</summary>
    private static unsafe void Fit(int[] widths)
    {
        winsize size;
        if (ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return;
        while (widths.Sum() + Gap * (widths.Length - 1) > size.ws_col && widths.Max() > Narrowest) widths[Array.IndexOf(widths, widths.Max())]--;
    }
}
