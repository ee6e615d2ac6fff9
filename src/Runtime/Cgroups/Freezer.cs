using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>Stops and continues all processes of a cgroup: cgroup.freeze of version 2, the freezer of version 1.</summary>
internal static class Freezer
{
    private const int Attempts = 1000;

    /// <exception cref="UserError">There is nothing to freeze it with, or it does not stop.</exception>
    public static void Freeze(CgroupState state)
    {
        if (File(state) is not { } file) throw new UserError("cannot pause: the container has no cgroup to freeze", "give it one: linux.cgroupsPath, or a limit");
        if (state.Paths.TryGetValue("freezer", out string? old)) FreezeOld(file, old);
        else
        {
            Write(file, "1");
            if (CgroupTree.AwaitEvent(state.Paths[""], "frozen", 1)) return;
            CgroupFs.Write(file, "0");
            throw new UserError("cannot pause: a process of the container does not stop", "it may hang in the kernel: look for state D in ps");
        }
    }

    public static void Thaw(CgroupState state)
    {
        if (File(state) is { } file && CgroupFs.Exists(file)) Write(file, state.Paths.ContainsKey("freezer") ? "THAWED" : "0");
    }

    /// <summary>Of a directory of cgroups, which need not be the freezer's.</summary>
    public static bool IsFrozen(string directory) => (CgroupFs.Read(directory + "/cgroup.freeze") ?? CgroupFs.Read(directory + "/freezer.state"))?.Trim() is "1" or "FROZEN" or "FREEZING";

    public static bool IsFrozen(CgroupState state) => File(state) is { } file && CgroupFs.Read(file)?.Trim() is "1" or "FROZEN" or "FREEZING";

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
        throw new UserError($"cannot pause: {directory}: a process of the container does not stop", "it may hang in the kernel: look for state D in ps");
    }

    private static string? File(CgroupState state) =>
        state.Paths.TryGetValue("freezer", out string? old) ? old + "/freezer.state" : state.Paths.TryGetValue("", out string? unified) ? unified + "/cgroup.freeze" : null;

    private static void Write(string file, string value)
    {
        int errno = CgroupFs.Write(file, value);
        if (errno != 0) throw new UserError($"cannot write {value} to {file}: {Errno.Describe(errno)}", errno == Errno.ENOENT ? "the container is gone" : "the cgroup is not yours to change");
    }
}
