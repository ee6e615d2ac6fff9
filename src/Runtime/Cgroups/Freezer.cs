using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Stops and continues all processes of a cgroup: by the freezer of version 1 where it is mounted, as runc does and others expect, else by
/// cgroup.freeze of version 2. Where both are there, others may have used either.
/// </summary>
internal static class Freezer
{
    private const int Attempts = 1000;
    private const string Old = "/freezer.state", New = "/cgroup.freeze";

    /// <summary>The hierarchies that tell whether it is frozen. The others, which cost as much to prove, are left out.</summary>
    public static CgroupState Part(CgroupState state)
    {
        var part = new CgroupState
        {
            Driver = state.Driver,
            UserBus = state.UserBus,
            InUserNamespace = state.InUserNamespace,
            Unit = state.Unit,
        };
        foreach (string controller in (ReadOnlySpan<string>)["freezer", ""])
        {
            if (state.Paths.TryGetValue(controller, out string? path)) part.Paths[controller] = path;
            if (state.Inodes.TryGetValue(controller, out ulong inode)) part.Inodes[controller] = inode;
        }
        return part;
    }

    /// <exception cref="UserError">There is nothing to freeze it with, or it does not stop.</exception>
    public static void Freeze(CgroupState state)
    {
        if (state.Paths.TryGetValue("freezer", out string? old))
        {
            FreezeOld(old + Old, old);
            return;
        }
        if (!state.Paths.TryGetValue("", out string? unified))
            throw new UserError("cannot pause: the container has no cgroup to freeze", "give it one: linux.cgroupsPath, or a limit");
        Write(unified + New, "1");
        if (CgroupTree.AwaitEvent(unified, "frozen", 1)) return;
        CgroupFs.Write(unified + New, "0");
        throw new UserError("cannot pause: a process of the container does not stop", "it may hang in the kernel: look for state D in ps");
    }

    public static void Thaw(CgroupState state)
    {
        foreach (string file in Files(state))
            if (CgroupFs.Exists(file)) Write(file, file.EndsWith(Old, StringComparison.Ordinal) ? "THAWED" : "0");
    }

    /// <summary>And all below it, which the container may have frozen by itself: for its end.</summary>
    /// <returns>Whether any was frozen.</returns>
    public static bool ThawAll(CgroupState state)
    {
        bool any = false;
        foreach (string file in Files(state))
        {
            int cut = file.LastIndexOf('/');
            byte[] name = KernelText.EncodeName(file.AsSpan(cut + 1));
            string thawed = file.EndsWith(Old, StringComparison.Ordinal) ? "THAWED" : "0";
            CgroupWalk.Visit(file[..cut], directory =>
            {
                if (!IsFrozenState(CgroupFs.Read(directory, name))) return;
                CgroupFs.Write(directory, name, thawed);
                any = true;
            });
        }
        return any;
    }

    /// <summary>Of a directory of cgroups, which need not be the freezer's.</summary>
    public static bool IsFrozen(string directory) => Says(directory + New) || Says(directory + Old);

    public static bool IsFrozen(CgroupState state)
    {
        foreach (string file in Files(state))
            if (Says(file)) return true;
        return false;
    }

    /// <summary>A process that forks meanwhile can keep the freezer of version 1 from its end: let go and try again.</summary>
    private static void FreezeOld(string file, string directory)
    {
        for (int i = 0; i < Attempts; i++)
        {
            Write(file, "FROZEN");
            if (CgroupFs.Read(file)?.Trim() == "FROZEN") return;
            if (i % 50 == 49) CgroupFs.Write(file, "THAWED");
            CgroupTree.Poll(-1, 0, 1);
        }
        CgroupFs.Write(file, "THAWED");
        throw new UserError($"cannot pause: {directory}: a process of the container does not stop",
            "it may hang in the kernel: look for state D in ps");
    }

    private static bool Says(string file) => IsFrozenState(CgroupFs.Read(file));

    private static bool IsFrozenState(string? text) => text?.Trim() is "1" or "FROZEN" or "FREEZING";

    private static IEnumerable<string> Files(CgroupState state)
    {
        if (state.Paths.TryGetValue("freezer", out string? old)) yield return old + Old;
        if (state.Paths.TryGetValue("", out string? unified)) yield return unified + New;
    }

    private static void Write(string file, string value)
    {
        int errno = CgroupFs.Write(file, value);
        if (errno == 0) return;
        string hint = errno == Errno.ENOENT ? "the container is gone" : "the cgroup is not yours to change";
        throw new UserError($"cannot write {value} to {file}: {Errno.Describe(errno)}", CgroupFs.Hint(errno, hint));
    }
}
