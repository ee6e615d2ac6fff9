using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// A container whose state.json is lost or spoilt, or that was never made to its end. Its processes are found by what else is written of
/// them: the note of its first process, the cgroups that were made for it, and what was mounted for it on the host.
/// </summary>
public static class LostContainer
{
    /// <summary>Ends all that lives of it, and removes it. The caller holds the lock.</summary>
    /// <exception cref="UserError">A process does not end.</exception>
    public static void Remove(ContainerDirectory directory, OciGlobals globals)
    {
        (int pid, ulong time) = directory.ReadInit() ?? (0, 0);
        var record = new ContainerRecord { Id = directory.Id, Pid = pid, StartTime = time, Cgroup = Cgroups(directory) };
        var container = new Container(directory, record);
        Removal.Kill(container, globals.Warn);
        if (record.Cgroup is { } state)
            try
            {
                Cgroup.Open(RecordedCgroup.Known(container, state, _ => { })).Delete();
            }
            catch (Exception error) when (error is LinuxException or UserError)
            {
                globals.Warn($"cgroup of {directory.Id}: {error.Message}");
            }
        Removal.RemoveMounts(directory, record, globals);
        directory.Abandon();
    }

    /// <summary>Those that were written down before they were made; a scope of systemd's by what its configuration calls it.</summary>
    /// <param name="directory">The container's.</param>
    /// <param name="inodes">The numbers that they are known to have.</param>
    internal static CgroupState? Cgroups(ContainerDirectory directory, ICollection<ulong>? inodes = null)
    {
        var state = new CgroupState();
        foreach (string path in directory.IntendedCgroups())
            if (IsStillIts(directory, path, inodes))
                state.Paths[CgroupProof.IsUnified(path) ? "" : CgroupFs.Exists(path + "/freezer.state") ? "freezer" : path] = path;
        if (state.Paths.Count == 0 && Scope(directory) is { } scope)
            (state.Unit, state.UserBus, state.Driver) = (scope.Unit, scope.UserBus, CgroupDriver.Systemd);
        return state.Paths.Count > 0 || state.Unit is not null ? state : null;
    }

    /// <summary>
    /// Another may have made one of that name since: not with an id that was chosen by lot, nor around the container's process.
    /// </summary>
    private static bool IsStillIts(ContainerDirectory directory, string path, ICollection<ulong>? inodes)
    {
        if (inodes is not null) return inodes.Contains(CgroupProof.Inode(path));
        if (directory.Id.Length >= RecordedCgroup.LongId && path.Contains(directory.Id, StringComparison.Ordinal)) return true;
        List<int> pids = [];
        CgroupTree.AddPids(path, pids);
        return directory.ReadInit() is { } first && ProcessIdentity.IsAlive(first.Pid, first.StartTime) && pids.Contains(first.Pid);
    }

    private static (string Unit, bool UserBus)? Scope(ContainerDirectory directory)
    {
        try
        {
            // systemd's form: SLICE:PREFIX:NAME.
            if (directory.ReadConfig() is not { } json) return null;
            if (Bundle.Parse(json, Bundle.ConfigName).Linux.CgroupsPath is not { } path || path.Split(':').Length != 3) return null;
            bool userBus = unistd.geteuid() != 0;
            return (ScopeName.Parse(path, directory.Id, userBus).Unit, userBus);
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            return null;
        }
    }
}
