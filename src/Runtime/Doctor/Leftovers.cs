using Minirun.Runtime.Cgroups;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Doctor;

/// <summary>What commands that were killed have left behind, by name, and what takes it away.</summary>
public static class Leftovers
{
    /// <param name="states">Directories of containers' states, each with the command that removes a container of it, less the id.</param>
    /// <param name="stores">Directories in which something is made under a name that begins with <paramref name="halfMade"/>.</param>
    /// <param name="halfMade">Until it is whole.</param>
    public static IEnumerable<Probe> Examine(IEnumerable<(string Root, string Remove)> states, IEnumerable<string> stores, string halfMade)
    {
        yield return Cgroups();
        yield return Containers(states, stores, halfMade);
    }

    private static Probe Cgroups()
    {
        const string name = "left-cgroups";
        List<string> found = [.. StaleCgroups.Find()];
        return found.Count == 0
            ? Probe.Ok(name, needed: false, "none of a minirun that was killed")
            : new Probe(name, false, ProbeState.Degraded, "of a minirun that was killed: " + string.Join(' ', found),
                "the next minirun run with a limit removes those without processes; or: rmdir " + string.Join(' ', found));
    }

    private static Probe Containers(IEnumerable<(string Root, string Remove)> states, IEnumerable<string> stores, string halfMade)
    {
        const string name = "left-containers";
        List<string> found = [], mend = [];
        foreach (var (root, remove) in states)
            foreach (string id in HalfMade(root))
            {
                found.Add($"{root}/{id}");
                mend.Add($"{remove} {id}");
            }
        foreach (string store in stores)
            foreach (string path in Below(store, halfMade + "*"))
            {
                found.Add(path);
                if (!mend.Contains("minirun ps -a")) mend.Add("minirun ps -a");
            }
        return found.Count == 0
            ? Probe.Ok(name, needed: false, "none that is half made")
            : new Probe(name, false, ProbeState.Degraded, "half made: " + string.Join(' ', found), string.Join("; ", mend));
    }

    /// <summary>Those that have no state, and that nobody is making just now.</summary>
    private static List<string> HalfMade(string root)
    {
        List<string> found = [];
        foreach (string path in Below(root, "*"))
        {
            using var directory = new ContainerDirectory(Path.GetFileName(path), path);
            if (!File.Exists(directory.StatePath) && !directory.IsBeingChanged()) found.Add(directory.Id);
        }
        return found;
    }

    private static string[] Below(string directory, string pattern)
    {
        try
        {
            return Directory.GetDirectories(directory, pattern);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
