using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Engine.Execution;

/// <summary>All drivers there are.</summary>
public static class ExecutionDrivers
{
    public const string Builtin = "builtin";

    private const string OurName = "minirun-oci", OurDirectory = "oci";

    /// <summary>Our own program, whichever way it is named.</summary>
    public static bool IsOurs(string name) => name == Builtin || Path.GetFileName(name) == OurName;

    /// <summary>The names and programs of those that are on this machine.</summary>
    public static IEnumerable<(string Name, string Path)> Here()
    {
        yield return (Builtin, new Host().Executable);
        foreach (string name in (string[])["crun", "runc"])
            if (HelperProgram.Find(name) is { } path) yield return (name, path);
    }

    /// <summary>The driver of a container.</summary>
    /// <exception cref="UserError">Its program is not on this machine.</exception>
    public static IExecutionDriver Of(EngineContainer container) => Of(container.Config.Runtime, container.Paths);

    /// <summary>The same for who lists, ends or removes a container, also where the program is gone.</summary>
    internal static IExecutionDriver Find(EngineContainer container) => Find(container.Config.Runtime, container);

    /// <summary>The driver of a container which may be that one: as whoever lost its configuration has to guess.</summary>
    internal static IExecutionDriver Find(string name, EngineContainer container)
    {
        try
        {
            return Of(name, container.Paths);
        }
        catch (UserError why)
        {
            return new MissingDriver(name, Root(name, container.Paths), () => ParentCgroup.PathFor(container), why);
        }
    }

    /// <exception cref="UserError">There is none of that name on this machine.</exception>
    public static IExecutionDriver Of(string name, EnginePaths paths)
    {
        const string kinds = "builtin, crun, runc, or the path of an OCI runtime";
        if (name == Builtin) return new BuiltinDriver(name, new(new Host().Executable, OurName, Root(name, paths)));
        string path = name.Contains('/')
            ? name
            : HelperProgram.Find(name) ?? throw new UserError($"--runtime {name}: not found in PATH", kinds);
        if (!File.Exists(path)) throw new UserError($"--runtime {name}: not found", kinds);
        var program = new RuntimeProgram(CurrentDirectory.FullPath(path), Path.GetFileName(path), Root(name, paths));
        return IsOurs(name) ? new BuiltinDriver(name, program) : new ForeignDriver(name, program);
    }

    /// <summary>The names of the runtimes that have something of a container, in the order in which its files are found.</summary>
    internal static List<string> Holding(EngineContainer container)
    {
        string run = container.Paths.Run;
        if (!Directory.Exists(run)) return [];
        return [
            .. Directory.EnumerateDirectories(run).Where(runtime => Directory.Exists($"{runtime}/{container.Id}"))
                .Select(runtime => Path.GetFileName(runtime)).Select(name => name == OurDirectory ? Builtin : name)];
    }

    /// <summary>Where a runtime keeps its state: each has a directory of its own below ours, with one for each container.</summary>
    private static string Root(string name, EnginePaths paths) =>
        $"{paths.Run}/{(name == Builtin ? OurDirectory : Path.GetFileName(name))}";
}
