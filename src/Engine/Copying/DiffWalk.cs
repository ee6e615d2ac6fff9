using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using statx_timestamp = Tmds.Linux.statx_timestamp;

namespace Minirun.Engine.Copying;

/// <summary>Goes through a root file system in the order of its names, and collects changes. What is mounted in it is left out.</summary>
internal abstract class DiffWalk : TreeWalk
{
    private const int LongestPath = 4096;   // PATH_MAX: what is below cannot be named, and would fill the memory
    private readonly Stack<string> _paths = new([""]);
    private readonly List<TreeChange> _changes = [];

    public List<TreeChange> Find(int root)
    {
        Run(root);
        Close("");
        return _changes;
    }

    /// <summary>An entry that is there.</summary>
    /// <returns>Whether to go into it, if it is a directory.</returns>
    protected abstract bool See(byte[] name, string path, in statx status);

    /// <summary>A directory has been gone through.</summary>
    protected virtual void Close(string path)
    {
    }

    protected void Note(char kind, string path) => _changes.Add(new(kind, path));

    protected sealed override Fd Take(int directory, byte[] name)
    {
        using Fd entry = Entry.TryOpen(directory, name, O_PATH, resolve: RESOLVE_NO_XDEV);
        // Gone since we looked, mounted, or not for us.
        if (!entry.IsOpen || !FileStatus.TryRead(entry, out statx status, STATX_BTIME)) return Fd.None;
        string path = $"{_paths.Peek()}/{Entry.Text(name)}";
        bool isDirectory = Entry.IsDirectory(status) && path.Length < LongestPath;
        using Fd inside = isDirectory ? Fd.TryOpen(Entry.Link(entry), O_RDONLY | O_DIRECTORY) : Fd.None;
        if (!See(name, path, status) || !inside.IsOpen) return Fd.None;
        Go(name, path);
        return new Fd(inside.Release());
    }

    /// <summary>We go into a directory.</summary>
    protected virtual void Go(byte[] name, string path) => _paths.Push(path);

    protected sealed override void Leave(int inside, int above, byte[] name) => Close(_paths.Pop());

    protected override List<byte[]> List(int directory) => Sorted(directory);

    protected static List<byte[]> Sorted(int directory)
    {
        try
        {
            List<byte[]> names = Entry.Names(directory);
            names.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
            return names;
        }
        catch (LinuxException)
        {
            return [];   // removed since we went in
        }
    }
}

/// <summary>By times: what was made or changed since.</summary>
internal sealed class TimeDiff(statx_timestamp since) : DiffWalk
{
    protected override bool See(byte[] name, string path, in statx status)
    {
        bool isNew = (status.stx_mask & STATX_BTIME) != 0 && !IsBefore(status.stx_btime);
        if (!IsBefore(status.stx_ctime)) Note(isNew ? 'A' : 'C', path);
        return true;
    }

    private bool IsBefore(statx_timestamp time) =>
        time.tv_sec < since.tv_sec || (time.tv_sec == since.tv_sec && time.tv_nsec < since.tv_nsec);
}
