using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>Makes directories in the hierarchies of cgroups, and knows which of them it made.</summary>
internal sealed class CgroupDirectories(CgroupRequest request)
{
    private const int MostAttempts = 10;

    private readonly HashSet<string> _intended = [];

    /// <summary>In the order in which they were made.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Makes all; one that is not needed and not ours to make stays away.</summary>
    /// <param name="wanted">The container's own, whose parents are made as well.</param>
    /// <param name="mayExist">They may be there already, with processes in them.</param>
    /// <exception cref="UserError">One cannot be made, or is another's.</exception>
    public void Make(List<CgroupDirectory> wanted, bool mayExist)
    {
        if (!mayExist && request.Intends is not null)
        {
            foreach (CgroupDirectory each in wanted)
                if (!CgroupFs.Exists(each.Full)) _intended.Add(each.Full);
            request.Intends(_intended, true);
        }
        foreach (CgroupDirectory each in wanted) each.IsThere = Make(each, mayExist);
    }

    /// <summary>Removes what it made.</summary>
    public void Undo()
    {
        for (int i = Made.Count - 1; i >= 0; i--) CgroupFs.RemoveDirectory(Made[i]);
    }

    /// <summary>mkdir -p below the mount point.</summary>
    private bool Make(CgroupDirectory directory, bool mayExist)
    {
        int again = 0;
        for (int end = directory.Path.IndexOf('/', 1); ; end = directory.Path.IndexOf('/', end + 1))
        {
            string each = end < 0 ? directory.Full : directory.Mount + directory.Path[..end];
            int errno = CgroupFs.MakeDirectory(each);
            if (errno == Errno.ENOENT && again++ < MostAttempts)
            {
                // Somebody who made the parent and thought it empty has just removed it.
                end = 0;
                continue;
            }
            if (errno == Errno.EEXIST && _intended.Contains(each)) request.Intends!([each], false);
            if (errno == 0) Made.Add(each);
            else if (errno != Errno.EEXIST && !CgroupFs.Exists(each))
                return !directory.Needed && IsForbidden(errno) ? false : throw Refused(each, directory, errno);
            if (directory.Controllers.Contains("cpuset")) Cpuset.Inherit(each);
            if (end >= 0) continue;
            Check(directory, isNew: errno == 0, mayExist);
            return true;
        }
    }

    /// <summary>A process that goes into a frozen cgroup never runs; a new one is frozen when one above it is.</summary>
    private static void Check(CgroupDirectory directory, bool isNew, bool mayExist)
    {
        bool freezes = directory.Controllers.Contains("freezer") || directory.Controllers.Contains("");
        if (freezes && Freezer.IsFrozen(directory.Full))
            throw new UserError($"linux.cgroupsPath: container's cgroup unexpectedly frozen: {directory.Full}",
                "thaw it, or name another: a process that is put there would never run");
        if (!isNew && !mayExist && CgroupFs.Read(directory.Full + "/cgroup.procs") is { Length: > 0 })
            throw new UserError($"linux.cgroupsPath: container's cgroup is not empty: {directory.Full} has processes already",
                "name a cgroup of the container's own");
    }

    private static bool IsForbidden(int errno) => errno is Errno.EACCES or Errno.EPERM or Errno.EROFS;

    private UserError Refused(string path, CgroupDirectory directory, int errno) => new(
        $"linux.cgroupsPath: cannot make {path}: mkdir: {Errno.Describe(errno)}",
        request.InEvery
            ? "a container that may mount needs a cgroup of its own in every hierarchy, or it would see the host's: run it where root may "
                + $"make them, or {Hierarchies.WithoutTheRight}"
        : errno == Errno.EROFS ? "the cgroups are read-only here, as in a container, or in a unit with ProtectControlGroups=yes"
        : IsForbidden(errno)
            ? directory.Controllers is not [""]
                ? "limits need a cgroup, and cgroups of version 1 are root's: run it as root, or boot with "
                    + "systemd.unified_cgroup_hierarchy=1"
                : "limits need a cgroup that is yours: systemd-run --user --scope -p Delegate=yes minirun …; `minirun doctor` says more"
            : "`minirun doctor` shows which cgroups this machine has");
}
