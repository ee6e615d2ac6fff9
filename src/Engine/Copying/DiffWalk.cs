using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using statx_timestamp = Tmds.Linux.statx_timestamp;

namespace Minirun.Engine.Copying;

/// <summary>Goes through a root file system in the order of its names, and collects changes. What is mounted in it is left out.</summary>
internal abstract unsafe class DiffWalk : TreeWalk
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

    protected sealed override int Take(int directory, byte[] name)
    {
        int entry = Entry.TryOpen(directory, name, O_PATH, resolve: RESOLVE_NO_XDEV);
        if (entry < 0) return -1;   // gone since we looked, mounted, or not for us
        try
        {
            statx status;
            if (statx_(entry, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status) < 0) return -1;
            string path = $"{_paths.Peek()}/{Entry.Text(name)}";
            int inside =
                Entry.IsDirectory(status) && path.Length < LongestPath ? open(Entry.Link(entry), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
            if (See(name, path, status) && inside >= 0)
            {
                Go(name, path);
                return inside;
            }
            if (inside >= 0) unistd.close(inside);
            return -1;
        }
        finally
        {
            unistd.close(entry);
        }
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
