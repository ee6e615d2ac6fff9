using System.Text;
using Minirun.Cli.Oci;

namespace Minirun.Cli.Engine;

/// <summary>Rows under each other, as wide as their widest.</summary>
internal static class Table
{
    private const int Gap = 3;

    /// <param name="rows">The first is the heading.</param>
    public static void Print(List<string[]> rows)
    {
        int[] widths = new int[rows[0].Length];
        foreach (string[] row in rows)
            for (int i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                text.Append(row[i]);
                if (i + 1 < row.Length) text.Append(' ', widths[i] - row[i].Length + Gap);
            }
            text.Append('\n');
        }
        OciOutput.Text(text.ToString());
    }
}
