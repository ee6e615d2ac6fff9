using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// That a container is in a cgroup of its own in every hierarchy of the machine, and that it sees nothing of the others'.
/// </summary>
internal static class OwnCgroup
{
    public const string Place = "/sys/fs/cgroup";

    /// <summary>What runs inside, in the host's cgroup namespace: its own paths, an empty line, the directories that it sees.</summary>
    public const string Look = "cat /proc/self/cgroup; echo; find " + Place + " -mindepth 1 -type d";

    /// <summary>The hierarchies of this machine: mount points of version 1 and 2, by their lines in /proc/self/cgroup.</summary>
    public static int Hierarchies =>
        File.ReadLines("/proc/self/mountinfo").Select(Mount.Parse).Where(mount => mount.Type is "cgroup" or "cgroup2")
            .Select(mount => mount.Target).Distinct().Count();

    /// <summary>Fails where the output of <see cref="Look"/> is not that of a container alone in all of its cgroups.</summary>
    /// <param name="output">The output.</param>
    /// <param name="name">The end of its path in each.</param>
    public static void Check(string output, string name)
    {
        string[] parts = output.Split("\n\n", 2);
        string[] paths = parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(paths.Length >= Hierarchies, output);
        Assert.All(paths, line => Assert.EndsWith("/" + name, line));
        AssertSeesNoOther(parts.Length > 1 ? parts[1] : "");
    }

    /// <summary>The same where the client chose the name; gives it.</summary>
    public static string Check(string output)
    {
        string first = output.Split('\n')[0], name = first[(first.LastIndexOf('/') + 1)..];
        Assert.True(name.Length > 0, output);
        Check(output, name);
        return name;
    }

    /// <summary>Of version 1 there is a directory for each hierarchy, and nothing in it; of version 2 there is none.</summary>
    public static void AssertSeesNoOther(string found) =>
        Assert.All(found.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            directory => Assert.Equal(Place, Path.GetDirectoryName(directory)));

    /// <summary>
    /// Makes a directory for a process, whom a new cpuset of version 1 would not take: it has no processors and no memory.
    /// </summary>
    public static string Make(string directory)
    {
        string parent = Path.GetDirectoryName(directory)!;
        if (!Directory.Exists(parent)) Make(parent);
        Directory.CreateDirectory(directory);
        foreach (string file in (string[])["cpuset.cpus", "cpuset.mems"])
            if (File.Exists(Path.Combine(directory, file)) && File.ReadAllText(Path.Combine(directory, file)).Trim().Length == 0)
                File.WriteAllText(Path.Combine(directory, file), File.ReadAllText(Path.Combine(parent, file)));
        return directory;
    }

    /// <summary>The directories of a cgroup of this name in all hierarchies of the machine.</summary>
    public static string[] Directories(string name) => Directory.Exists(Place) ? Directory.GetDirectories(Place, name, s_options) : [];

    /// <summary>A container of a test that runs beside us may have made some that no path reaches.</summary>
    private static readonly EnumerationOptions s_options =
        new()
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = 8,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint
        };
}
