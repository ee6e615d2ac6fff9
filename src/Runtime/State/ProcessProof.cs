using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.State;

/// <summary>
/// Whether the process that a state file names is the container's. It is killed at last, and pid and start time only say that it is still
/// the one that the file means: the file may be spoilt, or another container's.
/// </summary>
internal static class ProcessProof
{
    // What a container's first process has of its own from its birth on.
    private static readonly (string Type, string File)[] s_kinds = [("pid", "pid"), ("mount", "mnt"), ("user", "user")];

    /// <summary>Why it is not to be touched; null when nothing speaks against it, or it has ended.</summary>
    public static string? Doubt(Container container)
    {
        ContainerRecord record = container.Record;
        if (!container.IsAlive) return null;
        string? why = HasCgroup(container, out bool isIn)
            ? (isIn ? null : "is not in its cgroup")
            : SharesOurs(container) ?? IsOthers(container);
        return why is null ? null : $"{container.Directory.StatePath}: pid {record.Pid} is not this container's: it {why}";
    }

    /// <summary>The configuration says which namespaces are the container's own.</summary>
    private static string? SharesOurs(Container container)
    {
        List<OciNamespace> namespaces;
        try
        {
            namespaces = container.Configuration().Linux.Namespaces;
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            // Nearly all containers have one.
            namespaces = [new OciNamespace { Type = "mount" }];
        }
        string directory = ProcessIdentity.Directory(container.Record.Pid);
        foreach (var (type, file) in s_kinds)
            if (namespaces.Exists(each => each.Type == type && string.IsNullOrEmpty(each.Path))
                && ProcFile.ReadLink($"{directory}/ns/{file}") is { } theirs && theirs == ProcFile.ReadLink("/proc/self/ns/" + file))
                return $"is in the {type} namespace of its caller";
        return null;
    }

    /// <summary>Where the container has a cgroup, all of its processes are in it.</summary>
    private static bool HasCgroup(Container container, out bool isIn)
    {
        CgroupState known = container.Record.Cgroup is { } state ? RecordedCgroup.Known(container, state, _ => { }) : new();
        isIn = known.Paths.Count > 0 && Cgroup.Open(known).Pids().Contains(container.Record.Pid);
        return known.Paths.Count > 0;
    }

    /// <summary>Else nothing but files says whose it is: those of no other container may say so, too.</summary>
    private static string? IsOthers(Container container)
    {
        var store = new StateStore(Path.GetDirectoryName(container.Directory.Path)!);
        foreach (string id in store.Ids())
            if (id != container.Id && Record(store, id) is { } other
                && (other.Pid, other.StartTime) == (container.Record.Pid, container.Record.StartTime))
                return $"is the first process of container {id}";
        return null;
    }

    internal static ContainerRecord? Record(StateStore store, string id)
    {
        try
        {
            return store.Find(id)?.Read();
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }
}
