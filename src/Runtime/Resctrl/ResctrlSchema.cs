namespace Minirun.Runtime.Resctrl;

/// <summary>Lines of a schemata file: L3:0=7ff;1=1f (resctrl.rst of the kernel).</summary>
internal static class ResctrlSchema
{
    /// <summary>Whether a file says for each domain of a line what the line says; the kernel pads names and values.</summary>
    public static bool Holds(string file, string line)
    {
        foreach (string there in file.Split('\n'))
        {
            if (Name(there) != Name(line)) continue;
            List<string> domains = Domains(there);
            return Domains(line).TrueForAll(domains.Contains);
        }
        return false;
    }

    private static string Name(string line) => line.Split(':')[0].Trim();

    private static List<string> Domains(string line)
    {
        List<string> domains = [];
        foreach (string domain in line[(line.IndexOf(':') + 1)..]
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = domain.Split('=', 2, StringSplitOptions.TrimEntries);
            domains.Add(sides.Length == 2 ? sides[0].TrimStart('0') + "=" + sides[1].TrimStart('0').ToLowerInvariant() : domain);
        }
        return domains;
    }
}
