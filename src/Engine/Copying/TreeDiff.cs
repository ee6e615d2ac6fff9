using Minirun.Engine.Containers;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Spec;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>
/// What a container has changed in its root file system. An ephemeral one has a layer of its own: what it sees is compared with what lies below.
/// Any other writes into the directory itself, where only times tell: the kernel's, which nobody sets (docs/decisions/0012). Mounts are left out.
/// </summary>
public sealed unsafe class TreeDiff
{
    private const int Gone = -1;
    private readonly List<TreeChange> _changes = [];
    private readonly statx_timestamp _since;

    private TreeDiff(statx_timestamp since = default) => _since = since;

    /// <summary>The changes, each directory before what is in it. What we may not read is left out.</summary>
    /// <exception cref="UserError">It is ephemeral and does not run.</exception>
    public static List<TreeChange> Of(EngineContainer container)
    {
        int lower = OpenRoot(container.Config.Rootfs);
        OciSpec oci = Bundle.Read(container.Directory);
        if (oci.Annotations?.GetValueOrDefault("minirun.ephemeral") == "true")
        {
            using FileTree tree = FileTree.Of(container);
            if (container.State().Pid <= 0) throw new UserError($"container {container.Config.Name} is ephemeral and does not run: what it wrote is gone", null);
            int path = tree.Open("/", follow: true), merged = Entry.Reopen(path, O_RDONLY | O_DIRECTORY);
            unistd.close(path);
            var diff = new TreeDiff();
            diff.Compare(merged, lower, "", 0);
            unistd.close(merged);
            unistd.close(lower);
            return diff._changes;
        }
        long ticks = (DateTimeOffset.Parse(container.Config.Created, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).Ticks;
        var byTime = new TreeDiff(new statx_timestamp { tv_sec = ticks / TimeSpan.TicksPerSecond, tv_nsec = (uint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick) });
        byTime.Look(lower, "", 0);
        unistd.close(lower);
        return WithoutPlaces(byTime._changes, [.. oci.Mounts.Select(mount => mount.Destination)]);
    }

    /// <summary>Without what was made for something to be mounted on, and directories in which nothing else is new.</summary>
    private static List<TreeChange> WithoutPlaces(List<TreeChange> changes, HashSet<string> places)
    {
        List<TreeChange> kept = [], made = [];
        // What is in a directory comes before it.
        for (int i = changes.Count - 1; i >= 0; i--)
        {
            string below = changes[i].Path + "/";
            bool ours = (changes[i].Kind == 'A' && places.Contains(changes[i].Path))
                || (made.Exists(place => place.Path.StartsWith(below, StringComparison.Ordinal)) && !kept.Exists(change => change.Path.StartsWith(below, StringComparison.Ordinal)));
            (ours ? made : kept).Add(changes[i]);
        }
        kept.Reverse();
        return kept;
    }

    private static int OpenRoot(string path) => (int)LinuxException.Check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);

    /// <summary>By times: what was made or changed since.</summary>
    private void Look(int directory, string path, int depth)
    {
        foreach (byte[] name in Sorted(directory))
            Visit(directory, name, (entry, status) =>
            {
                string here = path + "/" + Entry.Text(name);
                if (!IsBefore(status.stx_ctime, _since)) _changes.Add(new(((status.stx_mask & STATX_BTIME) != 0 && !IsBefore(status.stx_btime, _since)) ? 'A' : 'C', here));
                if (IsDirectory(status) && depth < TreeSize.MostDeep) Enter(entry, inside => Look(inside, here, depth + 1));
            });
    }

    /// <summary>By what is below. What was copied up has times of its own; what was not has those of the original.</summary>
    private void Compare(int merged, int lower, string path, int depth)
    {
        List<byte[]> names = Sorted(merged), below = lower == Gone ? [] : Sorted(lower);
        var left = new HashSet<string>(below.Select(Convert.ToHexString));
        foreach (byte[] name in names)
        {
            left.Remove(Convert.ToHexString(name));
            Visit(merged, name, (entry, status) =>
            {
                string here = path + "/" + Entry.Text(name);
                bool compared = false;
                if (lower != Gone)
                    Visit(lower, name, (original, was) =>
                    {
                        compared = true;
                        if (was.stx_mode != status.stx_mode || !Same(was.stx_ctime, status.stx_ctime)) _changes.Add(new('C', here));
                        if (IsDirectory(status) && depth < TreeSize.MostDeep) Enter(entry, inside => EnterOr(IsDirectory(was) ? original : Gone, other => Compare(inside, other, here, depth + 1)));
                    });
                if (compared) return;
                _changes.Add(new('A', here));
                if (IsDirectory(status) && depth < TreeSize.MostDeep) Enter(entry, inside => Compare(inside, Gone, here, depth + 1));
            });
        }
        foreach (byte[] name in below)
            if (left.Contains(Convert.ToHexString(name))) _changes.Add(new('D', path + "/" + Entry.Text(name)));
    }

    /// <summary>An entry and its status; not one that is gone, or where something is mounted.</summary>
    private static void Visit(int directory, byte[] name, Action<int, statx> act)
    {
        int entry = -1;
        try
        {
            entry = Entry.Open(directory, name, O_PATH);
            statx status;
            LinuxException.Check(statx_(entry, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status), "statx");
            if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) act(entry, status);
        }
        catch (LinuxException)
        {
            // Gone since we looked, or not for us.
        }
        finally
        {
            if (entry >= 0) unistd.close(entry);
        }
    }

    private static void EnterOr(int entry, Action<int> act)
    {
        if (entry == Gone) act(Gone);
        else Enter(entry, act);
    }

    private static void Enter(int entry, Action<int> act)
    {
        int inside = Entry.Reopen(entry, O_RDONLY | O_DIRECTORY);
        try
        {
            act(inside);
        }
        finally
        {
            unistd.close(inside);
        }
    }

    private static List<byte[]> Sorted(int directory)
    {
        List<byte[]> names = Entry.Names(directory);
        names.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    private static bool IsDirectory(statx status) => (status.stx_mode & S_IFMT) == S_IFDIR;

    private static bool IsBefore(statx_timestamp a, statx_timestamp b) => a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);

    private static bool Same(statx_timestamp a, statx_timestamp b) => a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}
