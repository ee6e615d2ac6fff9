using Minirun.Linux;
using Minirun.Runtime.Resctrl;

namespace Minirun.Cli.Oci;

/// <summary>What this kernel and machine have, of what a container may ask for.</summary>
internal static class HostFeatures
{
    public static IEnumerable<(string Name, bool IsThere)> All()
    {
        yield return ("apparmor", Says("/sys/module/apparmor/parameters/enabled", "Y"));
        yield return ("cgroup.v1", Directory.Exists("/sys/fs/cgroup/memory") || Directory.Exists("/sys/fs/cgroup/pids"));
        yield return ("cgroup.v2",
            File.Exists("/sys/fs/cgroup/cgroup.controllers") || File.Exists("/sys/fs/cgroup/unified/cgroup.controllers"));
        yield return ("intelRdt", ResctrlGroup.Root(MountInfo.Read()) is not null);
        yield return ("seccomp", Directory.Exists("/proc/sys/kernel/seccomp"));
        yield return ("selinux", File.Exists("/sys/fs/selinux/enforce"));
        yield return ("systemd", Directory.Exists("/run/systemd/system"));
        yield return ("timeNamespaces", File.Exists("/proc/self/ns/time"));
        yield return ("userNamespaces", File.Exists("/proc/self/ns/user"));
    }

    private static bool Says(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Trim() == text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
