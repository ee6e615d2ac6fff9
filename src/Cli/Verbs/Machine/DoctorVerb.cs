using System.Text;
using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Doctor;
using Minirun.Runtime.Request;
using Minirun.Runtime.State;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>minirun doctor [--json]</c>: what was looked at, how it is, and the line that mends it.</summary>
internal static class DoctorVerb
{
    private const int NameWidth = 19, TextColumn = 12 + NameWidth;

    public static MinirunVerb Verb() => new("", "check what this machine lets minirun do, and how to fix what is missing",
        [new("json", '\0', null, "as a JSON array")], words => Execute(words.Has("json")))
    {
        Minimum = 0,
        Maximum = 0,
        Notes = "Exit status: 0 when `minirun run` will work here, else 1.",
    };

    private static int Execute(bool json)
    {
        IReadOnlyList<Probe> probes = Checkup.Examine(new Host(), [Network(), .. Leftover()]);
        bool works = Checkup.WillRun(probes);
        if (json) PrintJson(probes);
        else PrintTable(probes, works);
        return works ? 0 : 1;
    }

    /// <summary>A network of an ordinary user's containers, which root's can have, too.</summary>
    private static Probe Network()
    {
        const string name = "user-network";
        var (program, why, mend) = NetworkModes.OfUsers();
        return program is not null
            ? new Probe(name, false, ProbeState.Ok, $"{program}, /dev/net/tun can be opened")
            : new Probe(name, false, ProbeState.Missing, why, mend);
    }

    /// <summary>Of minirun-oci with its own directory, and of the background containers.</summary>
    private static IEnumerable<Probe> Leftover()
    {
        List<(string Root, string Remove)> states = [];
        List<string> stores = [];
        try
        {
            states.Add((StateRoot.Default(), "minirun-oci delete --force"));
        }
        catch (UserError)
        {
            // No directory by default: none that could hold anything.
        }
        try
        {
            EnginePaths paths = EnginePaths.Default();
            states.Add((paths.Run + "/oci", $"minirun-oci --root {paths.Run}/oci delete --force"));
            stores.AddRange([paths.Containers, paths.Volumes, paths.Networks]);
        }
        catch (UserError)
        {
            // The same.
        }
        return Leftovers.Examine(states, stores, ContainerStore.Unfinished);
    }

    private static void PrintTable(IReadOnlyList<Probe> probes, bool works)
    {
        var text = new StringBuilder();
        foreach (Probe probe in probes)
        {
            string state = Colour.Paint(ColourOf(probe.State), Word(probe.State).PadRight(9), Screen.Out.Colours);
            Lines(text, $"{state} {(probe.Needed ? '*' : ' ')} {probe.Name,-NameWidth}", probe.Detail);
            if (probe.Fix is not null) Lines(text, $"{"",TextColumn - NameWidth}{"fix:",-NameWidth}", probe.Fix);
        }
        text.Append(works
            ? "\nminirun run will work (* what it needs)\n"
            : "\nminirun run will not work: something is missing that it needs (*)\n");
        TextOutput.Text(text.ToString());
    }

    /// <summary>The text stands in its column, however many lines it takes.</summary>
    private static void Lines(StringBuilder text, string lead, string detail) =>
        Paragraph.Append(text, Screen.Out, lead, SafeText.Of(detail), TextColumn, splits: true);

    private static void PrintJson(IReadOnlyList<Probe> probes) => TextOutput.Line(Json.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (Probe probe in probes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", probe.Name);
            writer.WriteString("state", Word(probe.State));
            writer.WriteBoolean("needed", probe.Needed);
            writer.WriteString("detail", probe.Detail);
            writer.WriteString("fix", probe.Fix);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }));

    private static string Word(ProbeState state) => state switch
    {
        ProbeState.Ok => "ok",
        ProbeState.Degraded => "degraded",
        _ => "missing",
    };

    private static string ColourOf(ProbeState state) => state switch
    {
        ProbeState.Ok => Colour.Green,
        ProbeState.Degraded => Colour.Yellow,
        _ => Colour.Red,
    };
}
