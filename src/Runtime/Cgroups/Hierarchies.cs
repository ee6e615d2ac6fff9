using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>What is mounted here: version 2 alone, version 1, or both (hybrid), and where we are in it.</summary>
internal sealed class Hierarchies
{
    private HashSet<string>? _unifiedControllers;

    /// <summary>Version 2; null when it is not mounted.</summary>
    public Hierarchy? Unified { get; private set; }

    /// <summary>
    /// Version 1, by controller, or by name as in name=systemd. Hierarchies with several controllers are in it several times.
    /// </summary>
    public Dictionary<string, Hierarchy> Old { get; } = [];

    /// <summary>Each hierarchy that we are in, mounted here or not: its first controller, its name, or nothing for version 2.</summary>
    private List<string> Ours { get; } = [];

    /// <summary>Version 2 and nothing else.</summary>
    public bool IsUnified => Unified is not null && Old.Count == 0;

    /// <summary>Controllers that version 2 has.</summary>
    public HashSet<string> UnifiedControllers =>
        _unifiedControllers ??= Unified is null ? [] : Words(CgroupFs.Read(Unified.Mount + "/cgroup.controllers"));

    public static Hierarchies Read() => Parse(CgroupFs.Read("/proc/self/mountinfo") ?? "", CgroupFs.Read("/proc/self/cgroup") ?? "");

    /// <summary>From the texts of mountinfo and cgroup in /proc/self.</summary>
    public static Hierarchies Parse(string mountinfo, string cgroup)
    {
        var found = new Hierarchies();
        List<(string[] Controllers, string Path)> own = Memberships(cgroup);
        foreach (var (controllers, _) in own) found.Ours.Add(controllers[0]);
        foreach (MountInfo mount in MountInfo.Parse(mountinfo, " - cgroup"))
        {
            if (mount.Type == "cgroup2") found.AddUnified(mount, own);
            else if (mount.Type == "cgroup") found.AddOld(mount, own);
        }
        return found;
    }

    /// <summary>
    /// A container's children of ours are in every hierarchy that we are in, and who may mount can mount each of them.
    /// </summary>
    /// <exception cref="UserError">There is one without a cgroup among these, by controller.</exception>
    public void CheckEvery(IReadOnlyDictionary<string, string> paths)
    {
        if (Ours.Find(name => !paths.ContainsKey(name)) is not { } missing) return;
        bool isNew = missing.Length == 0, isMounted = isNew ? Unified is not null : Old.ContainsKey(missing);
        string mount = isNew ? "cgroup2 cgroup2" : $"cgroup -o {(missing.Contains('=') ? "none," : "")}{missing} cgroup";
        throw new UserError($"the container has no cgroup of its own of {(isNew ? "version 2" : missing)}"
            + $"{(isMounted ? "" : ", which is not mounted here")}, and with the right to mount it would see the host's",
            isMounted ? WithoutTheRight : $"as root: mount -t {mount} DIRECTORY; or {WithoutTheRight}");
    }

    /// <exception cref="UserError">There is a hierarchy that we are in and that is not mounted here.</exception>
    public void CheckMounted()
    {
        Dictionary<string, string> mounted = [];
        foreach (var (controller, hierarchy) in Old) mounted[controller] = hierarchy.Mount;
        if (Unified is not null) mounted[""] = Unified.Mount;
        CheckEvery(mounted);
    }

    /// <summary>What else to do where a container that may mount can have no cgroup.</summary>
    internal const string WithoutTheRight =
        "keep the default seccomp profile, and drop CAP_SYS_ADMIN and --privileged";

    public static HashSet<string> Words(string? text) => [.. (text ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private void AddUnified(MountInfo mount, List<(string[] Controllers, string Path)> own)
    {
        foreach (var (controllers, path) in own)
            if (controllers is [""]) Unified ??= new(mount.Path, OwnPath(path, mount.Root));
        Unified ??= new(mount.Path, "/");
    }

    /// <summary>Every hierarchy that a process is in, whatever its controllers or its name: only the kernel knows them all.</summary>
    private void AddOld(MountInfo mount, List<(string[] Controllers, string Path)> own)
    {
        string[] options = mount.SuperOptions.Split(',');
        foreach (var (controllers, path) in own)
        {
            if (controllers is [""] || !Array.TrueForAll(controllers, each => Array.IndexOf(options, each) >= 0)) continue;
            foreach (string controller in controllers) Old.TryAdd(controller, new(mount.Path, OwnPath(path, mount.Root)));
        }
    }

    /// <summary>
    /// Lines are ID:CONTROLLER,CONTROLLER:PATH (cgroups(7)); version 2 has no controllers, systemd's own hierarchy has name=systemd.
    /// </summary>
    private static List<(string[] Controllers, string Path)> Memberships(string cgroup)
    {
        List<(string[], string)> found = [];
        foreach (string line in cgroup.Split('\n'))
        {
            int first = line.IndexOf(':'), second = first < 0 ? -1 : line.IndexOf(':', first + 1);
            if (second >= 0) found.Add((line[(first + 1)..second].Split(','), line[(second + 1)..]));
        }
        return found;
    }

    /// <summary>In a container the mount shows only a part of the hierarchy.</summary>
    private static string OwnPath(string path, string mountRoot)
    {
        if (mountRoot != "/" && path.StartsWith(mountRoot, StringComparison.Ordinal)
            && (path.Length == mountRoot.Length || path[mountRoot.Length] == '/'))
            path = path[mountRoot.Length..];
        // Out of our cgroup namespace's view (/..): the mount's root is the nearest we can name.
        return path.Length == 0 || path.StartsWith("/..", StringComparison.Ordinal) ? "/" : path;
    }
}
