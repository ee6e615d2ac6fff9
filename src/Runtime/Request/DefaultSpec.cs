using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>What <c>spec</c> writes: a document to start from, as runc's.</summary>
public static class DefaultSpec
{
    private static readonly string[] s_capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    /// <param name="rootless">For somebody who is not root: a user namespace with one id, the host's network, no limits.</param>
    public static OciSpec Make(bool rootless)
    {
        List<string> capabilities = [.. s_capabilities];
        return new()
        {
            Process = new()
            {
                Terminal = true,
                Args = ["sh"],
                Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
                Capabilities = new() { Bounding = capabilities, Effective = capabilities, Permitted = capabilities },
                Rlimits = [new() { Type = "RLIMIT_NOFILE", Soft = 1024, Hard = 1024 }],
                NoNewPrivileges = true,
            },
            Root = new() { Path = "rootfs", Readonly = true },
            Hostname = "minirun",
            Mounts = Mounts(rootless),
            Linux = new()
            {
                UidMappings = rootless ? [new() { HostID = unistd.geteuid(), Size = 1 }] : null,
                GidMappings = rootless ? [new() { HostID = unistd.getegid(), Size = 1 }] : null,
                Resources = rootless ? null : new() { Devices = [new() { Allow = false, Access = "rwm" }] },
                Namespaces = [.. Namespaces(rootless)],
                MaskedPaths = [.. DefaultMounts.Masked],
                ReadonlyPaths = [.. DefaultMounts.ReadOnly],
            },
        };
    }

    private static List<OciMount> Mounts(bool rootless) =>
    [
        New("/proc", "proc", "proc"),
        New("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        // With one id there is no group 5.
        rootless ? New("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")
                 : New("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
        New("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        New("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        // A new sysfs wants a network namespace of its own.
        rootless ? New("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro")
                 : New("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        New("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
    ];

    private static IEnumerable<OciNamespace> Namespaces(bool rootless)
    {
        foreach (string type in (string[])["pid", "ipc", "uts", "mount", rootless ? "user" : "network"]) yield return new() { Type = type };
        // On cgroup v2 the mount above shows the container's own cgroups only with it.
        if (File.Exists("/sys/fs/cgroup/cgroup.controllers")) yield return new() { Type = "cgroup" };
    }

    private static OciMount New(string destination, string type, string source, params string[] options) =>
        new() { Destination = destination, Type = type, Source = source, Options = [.. options] };
}
