using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Containers;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Doctor;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Cli.Commands;

/// <summary><c>minirun doctor [--json]</c>: what was looked at, how it is, and the line that mends it.</summary>
internal static class DoctorCommand
{
    private const int NameWidth = 19;

    /// <summary>0 when <c>run</c> will work, else 1.</summary>
    public static int Execute(bool json)
    {
        IReadOnlyList<Probe> probes = Checkup.Examine(new Host(), Leftover());
        bool works = Checkup.WillRun(probes);
        if (json) PrintJson(probes);
        else PrintTable(probes, works);
        return works ? 0 : 1;
    }

    /// <summary>Of minirun-oci with its own directory, and of the containers that live on.</summary>
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
        bool colours = unistd.isatty(1) == 1 && string.IsNullOrEmpty(stdlib.Variable("NO_COLOR"));
        foreach (Probe probe in probes)
        {
            string state = Word(probe.State).PadRight(9);
            Console.Out.WriteLine($"{(colours ? $"\e[{Colour(probe.State)}m{state}\e[0m" : state)} {(probe.Needed ? '*' : ' ')} {probe.Name,-NameWidth}{probe.Detail}");
            if (probe.Fix is not null) Console.Out.WriteLine($"{"",12}{"fix:",-NameWidth}{probe.Fix}");
        }
        Console.Out.WriteLine();
        Console.Out.WriteLine(works ? "minirun run will work (* what it needs)" : "minirun run will not work: something is missing that it needs (*)");
    }

    private static void PrintJson(IReadOnlyList<Probe> probes) => Console.Out.WriteLine(Json.Write(writer =>
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

    private static string Word(ProbeState state) => state switch { ProbeState.Ok => "ok", ProbeState.Degraded => "degraded", _ => "missing" };

    private static string Colour(ProbeState state) => state switch { ProbeState.Ok => "32", ProbeState.Degraded => "33", _ => "31" };
}
