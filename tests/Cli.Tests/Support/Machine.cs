using System.Collections.Concurrent;
using System.Globalization;

namespace Minirun.Cli.Tests.Support;

/// <summary>What a container could leave behind: processes, mounts, cgroups, files.</summary>
internal sealed record Machine(DateTime Time, string[] Mounts, HashSet<string> Cgroups, HashSet<string> Files)
{
    /// <summary>Root file systems that this run made: a process that has one of them as its root is ours.</summary>
    public static ConcurrentBag<string> OurRoots { get; } = [];

    public static Machine Look() => new(DateTime.UtcNow, File.ReadAllLines("/proc/self/mountinfo"), FindCgroups(), FindFiles());

    /// <summary>Processes of this run that are still there, with what they are.</summary>
    public static List<string> OurProcesses()
    {
        HashSet<(ulong Device, ulong Inode)?> programs = [Kernel.Identity(Programs.Minirun), Kernel.Identity(Programs.Probe)];
        HashSet<(ulong Device, ulong Inode)?> roots = [.. OurRoots.Select(Kernel.Identity)];
        roots.Remove(null);
        List<string> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                || pid == Environment.ProcessId || !Kernel.IsAlive(pid))
                continue;
            string environment = Read(directory + "/environ");
            bool ours = roots.Contains(Kernel.Identity(directory + "/root/"))
                || environment.Contains($"{TestRun.Mark}={TestRun.Id}")
                || (programs.Contains(Kernel.Identity(directory + "/exe")) && !environment.Contains(TestRun.Mark + "=")
                    && Directory.GetCreationTimeUtc(directory) >= TestRun.Before.Time);
            if (ours) found.Add($"{pid} {Read(directory + "/cmdline").Replace('\0', ' ')}({Read(directory + "/comm").Trim()})");
        }
        return found;
    }

    private static HashSet<string> FindCgroups() => [.. OwnCgroup.Directories("*minirun*")];

    /// <summary>Files where minirun keeps its own: temporary ones, and the records of running containers.</summary>
    private static HashSet<string> FindFiles()
    {
        HashSet<string> found = [];
        found.UnionWith(Directory.EnumerateFileSystemEntries(TestRun.Temporary));
        string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        foreach (string? directory in (string?[])["/run/minirun", runtime is null ? null : Path.Combine(runtime, "minirun")])
            if (directory is not null && Directory.Exists(directory))
                found.UnionWith(
                    Directory.EnumerateFiles(directory, "*",
                        new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 }));
        return found;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
