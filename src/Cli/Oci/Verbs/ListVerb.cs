using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>list</c>: all containers below the root. One that cannot be read is said, and does not keep the others.</summary>
internal static class ListVerb
{
    private const int ColumnWidth = 12, Gap = 3;

    public static OciVerb Verb() => new("", "list the containers of this root",
        [new("format", 'f', "FORMAT", "table (default) or json"), new("quiet", 'q', null, "ids only")], Execute)
    {
        Minimum = 0,
        Maximum = 0,
    };

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        string format = arguments.Text("format") ?? "table";
        if (format is not ("table" or "json" or "")) throw new UserError("invalid format option", "table or json");
        List<Container> containers = Load(globals);
        if (arguments.Has("quiet")) foreach (Container container in containers) TextOutput.Line(SafeText.Of(container.Id));
        else if (format == "json") PrintJson(containers);
        else PrintTable(containers);
        return 0;
    }

    private static List<Container> Load(OciGlobals globals)
    {
        // The default one need not be there; one that is asked for is a mistake then.
        if (globals.RootIsGiven && !Directory.Exists(globals.Root))
            throw new UserError($"stat {globals.Root}: no such file or directory", "--root names the directory of the containers' states");
        var store = new StateStore(globals.Root);
        List<Container> containers = [];
        foreach (string id in store.Ids())
            try
            {
                containers.Add(Container.Load(store, id));
            }
            catch (Exception error) when (error is UserError or LinuxException or IOException or UnauthorizedAccessException)
            {
                TextOutput.Error(SafeText.Line($"load container {id}: {DotNetError.Describe(error)}"));
            }
        return containers;
    }

    private static void PrintTable(List<Container> containers)
    {
        List<string[]> rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
        foreach (Container container in containers)
        {
            ContainerStatus status = container.Status();
            ContainerRecord record = container.Record;
            string pid = StatePrinter.Pid(record, status).ToString(CultureInfo.InvariantCulture);
            rows.Add(
                [SafeText.Of(container.Id), pid, Container.Word(status), SafeText.Of(record.Bundle), SafeText.Of(record.Created),
                    SafeText.Of(OwnerName.Of(record.OwnerUid))]);
        }
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            for (int column = 0; column < row.Length - 1; column++)
                text.Append(row[column].PadRight(Math.Max(ColumnWidth, rows.Max(other => other[column].Length) + Gap)));
            text.Append(row[^1]).Append('\n');
        }
        TextOutput.Text(text.ToString());
    }

    private static void PrintJson(List<Container> containers)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            // As runc: no containers are null, not an empty list.
            if (containers.Count == 0) writer.WriteNullValue();
            else
            {
                writer.WriteStartArray();
                foreach (Container container in containers) StatePrinter.Write(writer, container, OwnerName.Of(container.Record.OwnerUid));
                writer.WriteEndArray();
            }
        }
        TextOutput.Text(SafeText.Json(Encoding.UTF8.GetString(buffer.ToArray())));
    }
}
