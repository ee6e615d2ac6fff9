using Minirun.Engine.Records;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Spec;
using static Minirun.Linux.fcntl;
using statx_timestamp = Tmds.Linux.statx_timestamp;

namespace Minirun.Engine.Copying;

/// <summary>
/// What a container has changed in its root file system. An ephemeral one has a layer of its own: what it sees is compared with what lies
/// below. Any other writes into the directory itself, where only times tell: the kernel's, which nobody sets (docs/decisions/0012). Mounts
/// are left out.
/// </summary>
public static class TreeDiff
{
    /// <summary>The changes, each directory before what is in it. What we may not read is left out.</summary>
    /// <exception cref="UserError">It is ephemeral and does not run.</exception>
    public static List<TreeChange> Of(EngineContainer container)
    {
        using Fd lower = Fd.Open(container.Config.Rootfs, O_RDONLY | O_DIRECTORY);
        OciSpec oci = Bundle.Read(container.Directory);
        if (oci.Annotations?.GetValueOrDefault("minirun.ephemeral") == "true") return FromLayer(container, lower);
        long ticks = (DateTimeOffset.Parse(container.Config.Created, System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal)
            - DateTimeOffset.UnixEpoch).Ticks;
        var since = new statx_timestamp
        {
            tv_sec = ticks / TimeSpan.TicksPerSecond,
            tv_nsec = (uint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick)
        };
        return WithoutPlaces(new TimeDiff(since).Find(lower), [.. oci.Mounts.Select(mount => mount.Destination)]);
    }

    private static List<TreeChange> FromLayer(EngineContainer container, Fd lower)
    {
        using FileTree tree = FileTree.Of(container);
        if (container.State().Pid <= 0)
            throw new UserError($"container {container.Config.Name} is ephemeral and does not run: what it wrote is gone",
                "ask while it runs, or run it without --ephemeral");
        using Fd path = tree.Open("/", follow: true), merged = Entry.Reopen(path, O_RDONLY | O_DIRECTORY);
        using var diff = new LayerDiff(lower);
        return diff.Find(merged);
    }

    /// <summary>Without what was made for something to be mounted on, and directories in which nothing else is new.</summary>
    private static List<TreeChange> WithoutPlaces(List<TreeChange> changes, HashSet<string> places)
    {
        List<TreeChange> kept = [], made = [];
        // What is in a directory comes before it.
        for (int i = changes.Count - 1; i >= 0; i--)
        {
            string below = changes[i].Path + "/";
            bool ours = (changes[i].Kind == 'A' && places.Contains(changes[i].Path)) || (Any(made, below) && !Any(kept, below));
            (ours ? made : kept).Add(changes[i]);
        }
        kept.Reverse();
        return kept;
    }

    private static bool Any(List<TreeChange> changes, string below) =>
        changes.Exists(change => change.Path.StartsWith(below, StringComparison.Ordinal));
}
