using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Engine.Execution;

/// <summary>All drivers there are.</summary>
public static class ExecutionDrivers
{
    public const string Builtin = "builtin";

    private const string OurName = "minirun-oci";

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

    /// <summary>The same where its program is still here, else null: a container can be listed and removed without.</summary>
    internal static IExecutionDriver? Find(EngineContainer container)
    {
        try
        {
            return Of(container);
        }
        catch (UserError)
        {
            return null;
        }
    }

    /// <exception cref="UserError">There is none of that name on this machine.</exception>
    public static IExecutionDriver Of(string name, EnginePaths paths)
    {
        if (name == Builtin) return new OciDriver(name, new Host().Executable, OurName, paths.Run + "/oci");
        string path = name.Contains('/')
            ? name
            : HelperProgram.Find(name)
                ?? throw new UserError($"--runtime {name}: not found in PATH", $"builtin, crun, runc, or the path of an OCI runtime");
        if (!File.Exists(path)) throw new UserError($"--runtime {name}: not found", "builtin, crun, runc, or the path of an OCI runtime");
        return new OciDriver(name, CurrentDirectory.FullPath(path), Path.GetFileName(path), $"{paths.Run}/{Path.GetFileName(path)}");
    }
}
