using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Copying;

/// <summary>By what is below. What was copied up has times of its own; what was not has those of the original.</summary>
/// <param name="lower">The root that lies below, opened for reading.</param>
internal sealed class LayerDiff(int lower) : DiffWalk, IDisposable
{
    private readonly DirectoryChain _lower = new(lower);

    /// <summary>How many levels we are in what is not below at all.</summary>
    private int _gone;

    /// <summary>A directory of this name is below, too.</summary>
    private bool _isBelow;

    /// <summary>What is below and not above any more, a list for each directory that we are in.</summary>
    private readonly Stack<List<byte[]>> _left = new();

    protected override bool See(byte[] name, string path, in statx status)
    {
        _isBelow = false;
        using Fd original = _gone > 0 ? Fd.None : Entry.TryOpen(_lower.Current, name, O_PATH, resolve: RESOLVE_NO_XDEV);
        if (!original.IsOpen)
        {
            Note('A', path);
            return true;
        }
        statx was = Entry.Status(original);
        bool same = was.stx_mode == status.stx_mode
            && (was.stx_ctime.tv_sec, was.stx_ctime.tv_nsec) == (status.stx_ctime.tv_sec, status.stx_ctime.tv_nsec);
        if (!same) Note('C', path);
        _isBelow = Entry.IsDirectory(was);
        return true;
    }

    public void Dispose() => _lower.Dispose();

    protected override void Go(byte[] name, string path)
    {
        base.Go(name, path);
        Fd inside = _isBelow ? Entry.TryOpen(_lower.Current, name, O_RDONLY | O_DIRECTORY, resolve: RESOLVE_NO_XDEV) : Fd.None;
        if (inside.IsOpen) _lower.Enter(inside);
        else _gone++;
    }

    protected override List<byte[]> List(int directory)
    {
        List<byte[]> names = base.List(directory), below = _gone > 0 ? [] : Sorted(_lower.Current);
        var there = new HashSet<string>(names.Select(Convert.ToHexString));
        _left.Push(below.FindAll(name => !there.Contains(Convert.ToHexString(name))));
        return names;
    }

    protected override void Close(string path)
    {
        foreach (byte[] name in _left.Pop()) Note('D', $"{path}/{Entry.Text(name)}");
        if (path.Length == 0) return;
        if (_gone > 0) _gone--;
        else _lower.Leave();
    }
}
