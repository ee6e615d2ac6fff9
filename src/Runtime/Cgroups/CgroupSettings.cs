using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>The limits of a document as writes, each for the version that has its controller here.</summary>
internal static class CgroupSettings
{
    /// <exception cref="UserError">There is no such controller here.</exception>
    public static List<Setting> Of(OciResources resources, Hierarchies hierarchies, Func<string, string?> directory)
    {
        if (hierarchies.IsUnified) return V2Limits.Of(resources, directory(""));
        List<Setting> settings = [], newer = [];
        foreach (Setting setting in V1Limits.Of(resources, directory))
        {
            if (hierarchies.Old.ContainsKey(setting.Controller)) settings.Add(setting);
            else if (hierarchies.UnifiedControllers.Contains(setting.Controller == "blkio" ? "io" : setting.Controller))
                newer = V2Limits.Of(resources, directory(""), alone: false);
            else if (!setting.Optional) throw Missing(setting.Field, setting.Controller);
        }
        foreach (Setting setting in newer)
            if (!hierarchies.Old.ContainsKey(setting.Controller == "io" ? "blkio" : setting.Controller)) settings.Add(setting);
        return settings;
    }

    public static UserError Missing(string field, string controller) =>
        new($"linux.resources.{field}: there is no cgroup controller {controller} here",
            "`minirun doctor` shows which kind of cgroups this machine has; the kernel's command line can switch controllers on");
}
