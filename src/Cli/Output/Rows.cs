using System.Text.Json.Nodes;

namespace Minirun.Cli.Output;

/// <summary>--format of a verb that lists: json, a template for each row, or <c>table</c> with the columns of one.</summary>
internal static class Rows
{
    private const string TableOf = "table ";

    public static void Print(string format, IReadOnlyList<JsonObject> rows)
    {
        if (!format.StartsWith(TableOf, StringComparison.Ordinal))
        {
            foreach (JsonObject row in rows) TextOutput.Line(format == "json" ? row.ToJsonString() : Template.Fill(format, row));
            return;
        }
        string[] columns = format[TableOf.Length..].Replace("\\t", "\t", StringComparison.Ordinal).Split('\t');
        var table = new List<string[]> {
            columns.Select(
                column => column.Replace("{{.", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).Trim()
                    .ToUpperInvariant())
                .ToArray() };
        foreach (JsonObject row in rows) table.Add([.. columns.Select(column => Template.Fill(column, row))]);
        // Somebody chose these columns.
        Table.Print(table, whole: true);
    }
}
