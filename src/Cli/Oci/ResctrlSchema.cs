using Minirun.Runtime;

namespace Minirun.Cli.Oci;

/// <summary>Intel RDT: the schemata of a container's group in resctrl (proc: resctrl.rst of the kernel).</summary>
internal static class ResctrlSchema
{
    private const string Root = "/sys/fs/resctrl";

    public static void Write(string id, params ReadOnlySpan<string?> schemata)
    {
        string file = $"{Root}/{id}/schemata";
        if (!File.Exists(file))
            throw new UserError("intelRdt: the container has no resctrl group", File.Exists(Root + "/schemata") ? "it was created without linux.intelRdt" : "this machine has no Intel RDT, or resctrl is not mounted");
        foreach (string? schema in schemata)
            if (schema is not null) File.WriteAllText(file, schema + "\n");
    }
}
