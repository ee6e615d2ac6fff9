using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Controllers of version 2 are handed down level by level: cgroup.subtree_control of each cgroup above says which ones the next has. Not
/// by one that has processes of its own, the root aside.
/// </summary>
internal sealed class ControllerSwitch(Hierarchy hierarchy, Hierarchies all)
{
    private static readonly string[] s_useful = ["cpu", "cpuset", "io", "memory", "pids", "hugetlb", "rdma", "misc"];

    private readonly Dictionary<string, string> _needed = [];

    public bool IsNeeded => _needed.Count > 0;

    public void Need(Setting setting)
    {
        if (setting.Optional || setting.Controller.Length == 0) return;
        if (!all.UnifiedControllers.Contains(setting.Controller)) throw CgroupSettings.Missing(setting.Field, setting.Controller);
        _needed.TryAdd(setting.Controller, setting.Field);
    }

    /// <summary>Hands down what is needed, and in a pure version 2 all that is there: statistics and OOM counts come with it.</summary>
    /// <exception cref="UserError">One that is needed cannot be had.</exception>
    public void Enable(string path)
    {
        for (int end = 0; end >= 0; end = path.IndexOf('/', end + 1))
        {
            string level = hierarchy.Mount + path[..end], file = level + "/cgroup.subtree_control";
            HashSet<string> on = Hierarchies.Words(CgroupFs.Read(file)),
                available = Hierarchies.Words(CgroupFs.Read(level + "/cgroup.controllers"));
            string wanted = "";
            foreach (string controller in s_useful)
                if (!on.Contains(controller) && available.Contains(controller) && (all.IsUnified || _needed.ContainsKey(controller)))
                    wanted += "+" + controller + " ";
            int errno = wanted.Length == 0 ? 0 : CgroupFs.Write(file, wanted.TrimEnd());
            foreach (var (controller, field) in _needed)
            {
                if (on.Contains(controller)) continue;
                // All at once failed for one of the others, perhaps.
                if (errno != 0 || !available.Contains(controller)) Single(field, controller, level, file);
            }
        }
    }

    private static void Single(string field, string controller, string level, string file)
    {
        int errno = CgroupFs.Write(file, "+" + controller);
        if (errno == 0) return;
        throw new UserError($"linux.resources.{field}: cannot hand the controller {controller} down from {level}: {Errno.Describe(errno)}",
            errno switch
        {
            Errno.EBUSY or Errno.EOPNOTSUPP => "that cgroup has processes of its own: choose a parent that has none",
            Errno.EACCES or Errno.EPERM or Errno.EROFS =>
                "it is not yours: systemd-run --user --scope -p Delegate=yes minirun …; `minirun doctor` says more",
            Errno.ENOENT => "a cgroup above does not hand it down: `minirun doctor` shows what is delegated to you",
            _ => "`minirun doctor` shows which cgroups this machine has",
        });
    }
}
