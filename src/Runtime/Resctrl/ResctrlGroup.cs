using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Resctrl;

/// <summary>
/// linux.intelRdt: a share of cache and memory bandwidth, by directories of the resctrl file system (config-linux.md, IntelRdt).
/// </summary>
public static unsafe class ResctrlGroup
{
    private const string Field = "linux.intelRdt";

    /// <summary>Where resctrl is mounted; null where it is not.</summary>
    public static string? Root(IEnumerable<MountInfo> mounts)
    {
        foreach (MountInfo mount in mounts)
            if (mount.Type == "resctrl" && mount.Root == "/") return mount.Path;
        return null;
    }

    /// <summary>Makes or finds the groups of a container, and writes the schemata. What was made is removed again when it fails.</summary>
    /// <param name="root">The mount point; null: there is none.</param>
    /// <param name="id">The container's.</param>
    /// <param name="wanted">linux.intelRdt.</param>
    /// <param name="intends">Is told of each directory before it is made.</param>
    /// <exception cref="UserError">It cannot be had, named by its path in the document.</exception>
    public static ResctrlState Make(string? root, string id, OciIntelRdt wanted, Action<string>? intends = null)
    {
        if (root is null)
            throw new UserError($"{Field}: no resctrl file system is mounted",
                "where the processor has Intel RDT: mount -t resctrl resctrl /sys/fs/resctrl; `minirun-oci features` says whether it is "
                    + "there");
        string? name = wanted.ClosID is { Length: > 0 } given ? given : null;
        var state = new ResctrlState { Group = name == "/" ? root : $"{root}/{name ?? id}" };
        string[] first = [.. Lines(wanted.L3CacheSchema), .. Lines(wanted.MemBwSchema)], last = [.. wanted.Schemata ?? []];
        bool made = false;
        try
        {
            if (Exists(state.Group)) Compare(state.Group, wanted);
            else if (name is not null && first.Length == 0 && last.Length == 0)
                throw new UserError($"{Field}.closID: there is no {state.Group}", "create it first, or say what it should have: schemata");
            else
            {
                // One with a name may get others' processes before we are killed, and the kernel would remove it all the same.
                MakeDirectory(state.Group, name is null ? Field : Field + ".closID", name is null ? intends : null);
                made = true;
                state.IsOwn = name is null;
            }
            WriteSchemata(root, state.Group, first, Field + (wanted.L3CacheSchema is { Length: > 0 } ? ".l3CacheSchema" : ".memBwSchema"));
            // Last, and by a write of its own: in one write no domain may come twice.
            WriteSchemata(root, state.Group, last, Field + ".schemata");
            if (wanted.EnableMonitoring == true)
            {
                string monitor = $"{state.Group}/mon_groups/{id}";
                MakeDirectory(monitor, Field + ".enableMonitoring", intends);
                state.Monitor = monitor;
            }
            return state;
        }
        catch
        {
            if (made) unistd.rmdir(state.Group);
            throw;
        }
    }

    /// <summary>Puts a process in, which has one thread; what it starts later follows.</summary>
    /// <exception cref="UserError">It cannot go in.</exception>
    public static void Enter(ResctrlState state, int pid)
    {
        foreach (string? group in (ReadOnlySpan<string?>)[state.Group, state.Monitor])
            if (group is not null && Append(group + "/tasks", pid.ToString()) is var errno and not 0)
                throw new UserError($"{Field}: cannot enter {group}: {Errno.Describe(errno)}", "is it still there, and yours?");
    }

    /// <summary>For <c>update</c>.</summary>
    /// <exception cref="UserError">The kernel does not take it.</exception>
    public static void Update(ResctrlState state, string? root, params ReadOnlySpan<string?> schemata)
    {
        foreach (string? schema in schemata) WriteSchemata(root ?? state.Group, state.Group, [.. Lines(schema)], "intelRdt");
    }

    /// <summary>Removes what was made for this container alone; again does no harm.</summary>
    /// <exception cref="LinuxException">It stays.</exception>
    public static void Remove(ResctrlState state)
    {
        foreach (string? group in (ReadOnlySpan<string?>)[state.Monitor, state.IsOwn ? state.Group : null])
            if (group is not null && unistd.rmdir(group) < 0 && Marshal.GetLastPInvokeError() is var errno && errno != Errno.ENOENT)
                throw new LinuxException("rmdir", errno, group);
    }

    /// <summary>A group that is there may be others' too: it must have what is asked for already.</summary>
    private static void Compare(string group, OciIntelRdt wanted)
    {
        string file = File.Exists(group + "/schemata") ? File.ReadAllText(group + "/schemata") : "";
        foreach (var (field,
            value) in (ReadOnlySpan<(string, string?)>)[(".l3CacheSchema", wanted.L3CacheSchema), (".memBwSchema", wanted.MemBwSchema)])
            foreach (string line in Lines(value))
                if (!ResctrlSchema.Holds(file, line))
                    throw new UserError($"{Field}{field}: {group} is there, with another schema than {line}",
                        "name another closID, or write what the group has");
    }

    private static void WriteSchemata(string root, string group, string[] lines, string field)
    {
        if (lines.Length == 0) return;
        int errno = Append(group + "/schemata", string.Join('\n', lines) + "\n");
        if (errno == 0) return;
        // The kernel's own words, such as: Mask 0x0 has non-consecutive 1-bits.
        string status = root + "/info/last_cmd_status", says = File.Exists(status) ? File.ReadAllText(status).Trim() : "";
        throw new UserError(
            $"{field}: cannot write '{string.Join(' ', lines)}' to {group}/schemata: "
                + $"{Errno.Describe(errno)}{(says.Length > 0 && says != "ok" ? ": " + says : "")}",
            $"{root}/schemata shows which resources and domains there are");
    }

    private static IEnumerable<string> Lines(string? text) => text is { Length: > 0 } ? [text] : [];

    private static bool Exists(string path) => fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.F_OK, 0) == 0;

    private static void MakeDirectory(string path, string field, Action<string>? intends)
    {
        if (!Exists(path)) intends?.Invoke(path);
        if (sys_stat.mkdir(path, 0x1ed /* 0755 */) == 0) return;
        int errno = Marshal.GetLastPInvokeError();
        throw new UserError($"{field}: cannot make {path}: mkdir: {Errno.Describe(errno)}",
            errno == Errno.ENOSPC
                ? "the processor has no more classes, or monitors: see num_closids and num_rmids below info"
                : "resctrl is root's; `dmesg` and info/last_cmd_status may say more");
    }

    /// <summary>One write(2), which the kernel takes as one command.</summary>
    private static int Append(string path, string text)
    {
        int fd = fcntl.open(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_CLOEXEC, 0x1a4 /* 0644 */);
        if (fd < 0) return Marshal.GetLastPInvokeError();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        nint written;
        fixed (byte* start = bytes) written = unistd.write(fd, start, bytes.Length);
        int errno = written < 0 ? Marshal.GetLastPInvokeError() : 0;
        unistd.close(fd);
        return errno;
    }
}
