using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>Writes limits into the directories of a cgroup.</summary>
internal static class LimitWriter
{
    /// <summary>
    /// Writes all; what the kernel takes only after another one (memory above memory with swap, quota and burst) is tried again at the end.
    /// </summary>
    /// <param name="settings">What to write.</param>
    /// <param name="directories">By controller; version 2 has the empty name.</param>
    /// <exception cref="UserError">One cannot be set; it names the field of the document.</exception>
    public static void Write(List<Setting> settings, Func<string, string?> directories)
    {
        List<Setting>? again = null;
        foreach (Setting setting in settings)
        {
            string path = Path(setting, directories);
            int errno = CgroupFs.Write(path, setting.Value);
            if (errno == Errno.EINVAL) (again ??= []).Add(setting);
            else if (errno != 0) Fail(setting, path, errno);
        }
        foreach (Setting setting in again ?? [])
        {
            string path = Path(setting, directories);
            int errno = CgroupFs.Write(path, setting.Value);
            if (errno != 0) Fail(setting, path, errno);
        }
    }

    private static string Path(Setting setting, Func<string, string?> directories) =>
        (directories(setting.Controller) ?? "") + "/" + setting.File;

    private static void Fail(Setting setting, string path, int errno)
    {
        if (setting.Optional && errno is Errno.ENOENT or Errno.EACCES && !CgroupFs.Exists(path)) return;
        string hint = errno switch
        {
            Errno.EBUSY when setting.Field == "memory.limit" => "more than that is in use and cannot be given back: choose a higher limit",
            Errno.EINVAL or Errno.ERANGE => "the kernel does not take this value here: see cgroups(7) and the limits of the cgroups above",
            Errno.ENOENT or Errno.EACCES when !CgroupFs.Exists(path) => "this kernel, or this kind of cgroup, has no such limit",
            Errno.EACCES or Errno.EPERM or Errno.EROFS => "this cgroup is not yours to change; `minirun doctor` says what is",
            Errno.ENODEV => "there is no such device",
            _ => "`minirun doctor` shows which cgroups this machine has",
        };
        string what = $"linux.resources.{setting.Field}: cannot write {setting.Value} to {path}";
        throw new UserError($"{what}: {Errno.Describe(errno)}", CgroupFs.Hint(errno, hint));
    }
}
