using Minirun.Engine.Execution;
using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;

namespace Minirun.Engine.Life;

/// <summary>
/// What a runtime keeps of a container that is removed. Mostly it removes that itself; where its program is gone, or which one it was is
/// lost, the place tells: each runtime has a directory below ours, with one for each container.
/// </summary>
internal static class RuntimeLeft
{
    /// <exception cref="UserError">The container lives on.</exception>
    public static void Delete(EngineContainer container)
    {
        string? why = ExecutionDrivers.Find(container)?.Delete(container.Id);
        foreach (string place in Places(container)) why = Delete(container, place) ?? why;
        using FirstProcess? first = FirstProcess.Find(container);
        if (first is null) return;
        throw new UserError($"cannot remove container {container.Config.Name}: it is still running{(why is null ? "" : ": " + why)}",
            $"its first process is {first.Pid}: ps and /proc/{first.Pid}/status tell what it waits for");
    }

    /// <summary>All of the container's cgroup, found by its first process, for its end; null: it has none of its own.</summary>
    public static Cgroup? Cgroup(EngineContainer container, int pid) => ProcessCgroup.Find(pid, container.Id, () => CgroupOf(container));

    private static List<string> Places(EngineContainer container)
    {
        string run = container.Paths.Run;
        if (!Directory.Exists(run)) return [];
        return [.. Directory.EnumerateDirectories(run).Select(runtime => $"{runtime}/{container.Id}").Where(Directory.Exists)];
    }

    private static string? Delete(EngineContainer container, string place)
    {
        string runtime = Path.GetFileName(Path.GetDirectoryName(place)!);
        try
        {
            IExecutionDriver driver = ExecutionDrivers.Of(runtime == "oci" ? ExecutionDrivers.Builtin : runtime, container.Paths);
            if (driver.Delete(container.Id) is { } why) return why;
        }
        catch (UserError)
        {
            // Its program is not here: what it does is not much.
            ProcessCgroup.Remove(CgroupOf(container), container.Id);
            foreach (string file in Directory.EnumerateFiles(place)) unistd.unlink(file);
            unistd.rmdir(place);
        }
        return null;
    }

    /// <summary>Where its configuration has it: a path, or a scope of systemd's, which ends by itself.</summary>
    private static string CgroupOf(EngineContainer container)
    {
        try
        {
            return Bundle.Read(container.Directory).Linux.CgroupsPath ?? "";
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            return $"{ParentCgroup.Path}/{container.Id}";
        }
    }
}
