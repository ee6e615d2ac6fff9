using Minirun.Linux;
using Minirun.Runtime.Cgroups;

namespace Minirun.Runtime.State;

/// <summary>The cgroup in a container's state.json, believed only as far as <see cref="CgroupProof"/> goes.</summary>
internal static class RecordedCgroup
{
    public const int LongId = 32;

    /// <summary>For all that is done to a living container: the whole state, or nothing.</summary>
    /// <exception cref="UserError">A part of it is not this container's.</exception>
    public static CgroupState Proven(Container container, CgroupState state)
    {
        Known(container, state,
            doubt => throw new UserError(doubt,
                $"nothing in it was touched; `minirun-oci delete --force {container.Id}` ends the container and leaves that cgroup as it "
                    + $"is"));
        return state;
    }

    /// <summary>For the container's end: what is known to be its own and is still there.</summary>
    public static CgroupState Known(Container container, CgroupState state, Action<string> doubts)
    {
        string? clean = null;
        bool IsNamed(string path)
        {
            // An id that was chosen by lot is in no other's path; the configuration, which costs more, is asked for the others.
            bool hasId = path.Contains(container.Id, StringComparison.Ordinal);
            if (hasId && container.Id.Length >= LongId) return true;
            clean ??= Name(container, state) ?? "";
            if (clean.Length == 0) return hasId && state.Inodes.Count > 0;
            string last = clean[clean.LastIndexOf('/')..];
            return path.EndsWith(clean, StringComparison.Ordinal) || path.EndsWith(last, StringComparison.Ordinal);
        }
        var known = new CgroupState { Driver = state.Driver, UserBus = state.UserBus, InUserNamespace = state.InUserNamespace };
        foreach (string controller in state.Paths.Keys)
            if (CgroupProof.Doubt(state, controller, IsNamed) is { } doubt)
                doubts(
                    $"{container.Directory.StatePath}: cgroup.paths{(controller.Length > 0 ? "." + controller : "")}: "
                        + $"{state.Paths[controller]} {doubt}");
            else if (CgroupFs.Exists(state.Paths[controller])) known.Paths[controller] = state.Paths[controller];
        if (state.Unit is { } unit && !IsNamed("/" + unit))
            doubts($"{container.Directory.StatePath}: cgroup.unit: {unit} is not what the container's configuration says");
        else known.Unit = state.Unit;
        return known;
    }

    /// <summary>The end of all paths that its configuration can lead to; null when that cannot be read.</summary>
    private static string? Name(Container container, CgroupState state)
    {
        try
        {
            string? path = container.Configuration().Linux.CgroupsPath;
            return state.Unit is null
                ? CgroupPath.Clean(string.IsNullOrEmpty(path) ? container.Id : path)
                : "/" + ScopeName.Parse(path, container.Id, state.UserBus).Unit;
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }
}
