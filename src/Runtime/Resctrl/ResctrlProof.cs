using Minirun.Linux;

namespace Minirun.Runtime.Resctrl;

/// <summary>
/// Whether what is to be removed at a container's end is its own. The kernel removes a group with all processes in it, so its name must be
/// the container's.
/// </summary>
internal static unsafe class ResctrlProof
{
    /// <summary>Why it is to be left alone; null when it is the container's, or gone.</summary>
    public static string? Doubt(ResctrlState state, string id)
    {
        foreach (string? group in (ReadOnlySpan<string?>)[state.Monitor, state.IsOwn ? state.Group : null])
            if (group is not null && !IsOf(group, id)) return $"{group} is not of this container alone";
        return null;
    }

    /// <summary>Of a group that is gone, too.</summary>
    public static bool IsOf(string group, string id)
    {
        statfs status;
        return group.EndsWith("/" + id, StringComparison.Ordinal) && !group.Contains('\0')
            && (sys_vfs.statfs_(group, &status) < 0 || status.f_type == sys_vfs.RDTGROUP_SUPER_MAGIC);
    }
}
