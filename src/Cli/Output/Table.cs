using System.Text;

namespace Minirun.Cli.Output;

/// <summary>
/// Rows under each other, as wide as their widest, and on a terminal never wider than it: empty columns go first, then texts are cut,
/// then columns go that can best be spared. What one reads off (ids, figures) is never cut, and names, which one types, are cut last.
/// </summary>
internal static class Table
{
    private const int Gap = 3, NarrowGap = 1, Comfortable = 12, Narrowest = 5, NarrowestState = 13;   // "Exited (137)…"

    private static readonly string[] s_kept = ["CONTAINER ID", "ID", "STATUS", "PID", "NAME", "NAMES", "VOLUME NAME", "CMD", "COMMAND"];

    /// <summary>Texts that may be cut.</summary>
    private static readonly string[] s_texts = ["IMAGE", "COMMAND", "CMD", "PORTS", "CREATED", "DRIVER", "SUBNET", "UID", "USER", "GROUP"];

    /// <summary>What is cut when a name would have to be cut else.</summary>
    private static readonly string[] s_states = ["STATUS"];

    private static readonly string[] s_names = ["NAME", "NAMES", "VOLUME NAME"];

    /// <summary>Of columns that may go, these go first; the others from the right.</summary>
    private static readonly string[] s_spared = ["MEM %", "CREATED", "BLOCK I/O", "NET I/O", "PORTS", "IMAGE", "C", "TTY", "STIME", "PPID"];

    /// <param name="rows">The first is the heading.</param>
    /// <param name="colour">The colour of a row; null: none.</param>
    /// <param name="whole">Nothing is cut.</param>
    public static void Print(IReadOnlyList<string[]> rows, Func<int, string>? colour = null, bool whole = false)
    {
        string[][] cells = [.. rows.Select(row => Array.ConvertAll(row, SafeText.Of))];
        int gap = Gap;
        List<Column> columns = [.. cells[0].Select((heading, at) => new Column(at, heading, cells))];
        if (!whole && Screen.Out.Columns is { } width) Fit(columns, width, ref gap);
        bool colours = colour is not null && Screen.Out.Colours;
        var text = new StringBuilder();
        for (int row = 0; row < cells.Length; row++)
        {
            var line = new StringBuilder();
            foreach (Column column in columns)
            {
                string cell = Cells.Cut(cells[row][column.At], column.Width);
                line.Append(cell);
                if (column != columns[^1]) line.Append(' ', column.Width - Cells.Width(cell) + gap);
            }
            text.Append(Colour.Paint(colours ? colour!(row) : "", line.ToString(), colours)).Append('\n');
        }
        TextOutput.Text(text.ToString());
    }

    /// <summary>
    /// The first of these that is enough: texts are cut, empty columns go, the gaps are narrow, columns go; then texts are cut to almost
    /// nothing, states are cut, ids beside a name go, and in the end names are cut.
    /// </summary>
    private static void Fit(List<Column> columns, int width, ref int gap)
    {
        foreach (Column column in columns) column.Width = column.Natural;
        if (Cut(columns, width, gap, s_texts, Comfortable)) return;
        columns.RemoveAll(column => column.IsEmpty && columns.Count > 1);
        if (Cut(columns, width, gap, s_texts, Comfortable)) return;
        gap = NarrowGap;
        while (!Cut(columns, width, gap, s_texts, Comfortable) && Least(columns) is { } least)
        {
            columns.Remove(least);
            foreach (Column column in columns) column.Width = column.Natural;
        }
        if (CutAll(columns, width, gap)) return;
        // A container is called by its name as well as by its id.
        if (columns.Exists(column => column.Heading == "NAMES")) columns.RemoveAll(column => column.Heading == "CONTAINER ID");
        foreach (Column column in columns) column.Width = column.Natural;
        if (!CutAll(columns, width, gap)) Cut(columns, width, gap, s_names, Narrowest);
    }

    /// <summary>All but names. Whether it is enough.</summary>
    private static bool CutAll(List<Column> columns, int width, int gap) =>
        Cut(columns, width, gap, s_texts, Narrowest) || Cut(columns, width, gap, s_states, NarrowestState);

    /// <summary>Of these columns the widest gives way first. Whether all of them fit then.</summary>
    private static bool Cut(List<Column> columns, int width, int gap, string[] headings, int narrowest)
    {
        Column[] these = [.. columns.Where(column => headings.Contains(column.Heading))];
        while (Excess(columns, width, gap) > 0 && these.MaxBy(column => column.Width) is { } widest && widest.Width > narrowest)
            widest.Width--;
        return Excess(columns, width, gap) <= 0;
    }

    private static int Excess(List<Column> columns, int width, int gap) =>
        columns.Sum(column => column.Width) + gap * (columns.Count - 1) - width;

    private static Column? Least(List<Column> columns) =>
        s_spared.Select(heading => columns.Find(column => column.Heading == heading)).FirstOrDefault(column => column is not null)
        ?? columns.FindLast(column => !s_kept.Contains(column.Heading))
        // Of a container its name says more; of a process the command is all there is.
        ?? columns.Find(column => column.Heading == "COMMAND" && columns.Exists(other => other.Heading == "NAMES"));

    private sealed class Column(int at, string heading, string[][] cells)
    {
        public int At => at;
        public string Heading => heading;
        public int Natural { get; } = cells.Max(row => Cells.Width(row[at]));
        public int Width { get; set; } = cells.Max(row => Cells.Width(row[at]));
        public bool IsEmpty { get; } = cells.Length > 1 && cells.Skip(1).All(row => row[at].Length == 0);
    }
}
