using Minirun.Runtime;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>All drivers there are.</summary>
public static class ExecutionDrivers
{
    public const string Builtin = "builtin";

    /// <exception cref="UserError">There is none of that name on this machine.</exception>
    public static IExecutionDriver Of(string name, EnginePaths paths)
    {
        if (name == Builtin) return new OciDriver(name, new Host().Executable, "minirun-oci", paths.Run + "/oci");
        string path = name.Contains('/') ? name : Find(name) ?? throw new UserError($"--runtime {name}: not found in PATH", $"builtin, crun, runc, or the path of an OCI runtime");
        return new OciDriver(name, Path.GetFullPath(path), Path.GetFileName(path), $"{paths.Run}/{Path.GetFileName(path)}");
    }

    private static string? Find(string name)
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/sbin", "/sbin"]))
            if (directory.StartsWith('/') && File.Exists(Path.Join(directory, name))) return Path.Join(directory, name);
        return null;
    }
}
