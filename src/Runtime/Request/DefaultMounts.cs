using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>
/// The mounts of a container: OCI's defaults, then the user's, which replace a default at the same place. Deeper ones come after those they
/// lie in.
/// </summary>
internal static class DefaultMounts
{
    private const uint TtyGroup = 5;
    private const string Cgroups = "/sys/fs/cgroup";

    internal static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
            "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ];

    internal static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static void Add(OciSpec oci, RunOptions options, Host host, ulong namespaces, IdMapChoice ids, List<string> copied)
    {
        List<OciMount> mounts = oci.Mounts;
        // A new proc shows the pid namespace of who mounts it, who must own that; the host's is shown as it is.
        mounts.Add((namespaces & sched.CLONE_NEWPID) != 0
            ? New("/proc", "proc", "proc", "nosuid", "nodev", "noexec")
            : New("/proc", "bind", "/proc", "rbind", "nosuid", "nodev", "noexec"));
        mounts.Add(New("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
        mounts.Add(DevPts(ids));
        AddIpc(mounts, host, (namespaces & sched.CLONE_NEWIPC) != 0);
        mounts.Add(Sys(options, namespaces));
        if (HasCgroup(options, host))
            mounts.Add(New(Cgroups, "cgroup", "cgroup", "nosuid", "nodev", "noexec", "relatime", options.Privileged ? "rw" : "ro"));
        // In the host's /sys there are the cgroups of all.
        else if ((namespaces & sched.CLONE_NEWNET) == 0 && !options.Mounts.Exists(mount => Meet(mount.Destination, Cgroups)))
            oci.Linux.MaskedPaths.Add(Cgroups);
        if ((namespaces & sched.CLONE_NEWNET) == 0) AddNetworkFiles(mounts, host, copied);
        AddUsers(mounts, options);
        AddDevices(oci, options, host);
        if (options.Privileged) return;
        oci.Linux.MaskedPaths.AddRange(Masked);
        oci.Linux.ReadonlyPaths.AddRange(ReadOnly);
    }

    private static OciMount New(string destination, string type, string source, params string[] options) =>
        new() { Destination = destination, Type = type, Source = source, Options = [.. options] };

    /// <summary>Shared memory and message queues: of the new IPC namespace, or the host's where that is shared.</summary>
    private static void AddIpc(List<OciMount> mounts, Host host, bool isNew)
    {
        if (isNew)
        {
            mounts.Add(New("/dev/shm", "tmpfs", "shm", "nosuid", "nodev", "noexec", "mode=1777", "size=65536k"));
            mounts.Add(New("/dev/mqueue", "mqueue", "mqueue", "nosuid", "nodev", "noexec"));
            return;
        }
        foreach (string place in (string[])["/dev/shm", "/dev/mqueue"])
            if (host.Exists(place)) mounts.Add(New(place, "bind", place, "rbind", "nosuid", "nodev", "noexec"));
    }

    private static OciMount DevPts(IdMapChoice ids)
    {
        OciMount mount = New("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        if (ids.Gids is null || IdMap.HasInside(ids.Gids, TtyGroup)) mount.Options.Add("gid=" + TtyGroup);
        return mount;
    }

    /// <summary>
    /// A new sysfs shows the network namespace of its own; it can be had only with one. Else the host's tree, read-only all over.
    /// </summary>
    private static OciMount Sys(RunOptions options, ulong namespaces)
    {
        string access = options.Privileged ? "rrw" : "rro";
        return (namespaces & sched.CLONE_NEWNET) != 0
            ? New("/sys", "sysfs", "sysfs", options.Privileged ? "rw" : "ro", "nosuid", "nodev", "noexec")
            : New("/sys", "bind", "/sys", "rbind", access, "rnosuid", "rnodev", "rnoexec");
    }

    /// <summary>
    /// Whether there is a cgroup of the container's own to be seen: the main job makes none without a limit; a background container has
    /// one, but for a user's on version 1.
    /// </summary>
    private static bool HasCgroup(RunOptions options, Host host) =>
        options.WantsCgroup || (options.IsMonitored && (host.Uid == 0 || host.IsUnifiedCgroup));

    private static void AddNetworkFiles(List<OciMount> mounts, Host host, List<string> copied)
    {
        foreach (string file in (string[])["/etc/resolv.conf", "/etc/hosts"])
        {
            if (!host.Exists(file)) continue;
            mounts.Add(New(file, "bind", file, "bind", "ro", "nosuid", "nodev", "noexec"));
            copied.Add(file);
        }
    }

    private static void AddUsers(List<OciMount> mounts, RunOptions options)
    {
        if (options.Mounts.Count == 0) return;
        foreach (OciMount mount in options.Mounts.OrderBy(mount => mount.Destination.Count(c => c == '/')))
        {
            if (ProcPlaces.Refusal(mount.Destination, mount.Type ?? "bind", isFlag: true) is var (why, hint))
                throw new UserError(why, hint);
            mounts.RemoveAll(other => other.Destination == mount.Destination || IsBelow(other.Destination, mount.Destination));
            mounts.Add(mount);
        }
    }

    // A default inside a place that the user replaced would cover what the user wants there.
    private static bool IsBelow(string path, string parent) => path.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static bool Meet(string path, string other) => path == other || IsBelow(path, other) || IsBelow(other, path);

    private static void AddDevices(OciSpec oci, RunOptions options, Host host)
    {
        foreach (string text in options.Devices)
        {
            DeviceFlag device = DeviceFlag.Parse(text);
            device.CheckNode(host);
            if (ProcPlaces.Refusal(device.Destination, "bind", isFlag: true) is var (why, hint))
                throw new UserError($"--device {text}: {why}", hint);
            // Read-only is the node, not the device.
            oci.Mounts.Add(New(device.Destination, "bind", device.Source, "bind", "ro", "dev", "nosuid", "noexec"));
        }
    }
}
