namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Where to go for a word's value: ranges of values, each up to the start of the next, and a binary search over them.</summary>
internal sealed class RangeTree(BpfAssembler code)
{
    // A range without an end is not what programs ask for.
    private const uint WidthOfLast = 8, Widest = 1024;

    private readonly List<(uint Start, Goal Goal)> _ranges = [];

    /// <summary>The next range. The first starts at 0; one that starts where the last does takes its place.</summary>
    public void Add(uint start, Goal goal)
    {
        if (_ranges.Count > 0 && _ranges[^1].Start == start) _ranges.RemoveAt(_ranges.Count - 1);
        if (_ranges.Count == 0 || _ranges[^1].Goal != goal) _ranges.Add((start, goal));
    }

    /// <summary>Whether every value has the same goal, <see cref="Only"/>.</summary>
    public bool IsTrivial => _ranges.Count == 1;

    public Goal Only => _ranges[0].Goal;

    /// <summary>Writes the search; the word is in the accumulator.</summary>
    public int Write() => Write(0, _ranges.Count);

    private int Write(int from, int to)
    {
        if (to - from == 1) return Label(from);
        if (SingleAmongEqual(from, to) is { } single)
        {
            int other = Label(from);
            return code.Branch(BpfAssembler.JumpEqual, _ranges[single].Start, Label(single), other);
        }
        int middle = Middle(from, to);
        int above = Write(middle, to), below = Write(from, middle);
        return code.Branch(BpfAssembler.JumpGreaterOrEqual, _ranges[middle].Start, above, below);
    }

    private int Label(int range) => _ranges[range].Goal.Label(code);

    /// <summary>One value that stands alone between two ranges of the same goal: one comparison tells, not two.</summary>
    private int? SingleAmongEqual(int from, int to) =>
        to - from == 3 && _ranges[from].Goal == _ranges[from + 2].Goal && _ranges[from + 2].Start - _ranges[from + 1].Start == 1
            ? from + 1
            : null;

    /// <summary>
    /// Halves what is asked, not the number of ranges: the kernel walks through the program once for every system call number when it is
    /// installed, to remember those that are always allowed.
    /// </summary>
    private int Middle(int from, int to)
    {
        long total = 0, before = 0;
        for (int i = from; i < to; i++) total += Width(i);
        int best = from + 1;
        long bestGap = long.MaxValue;
        for (int i = from + 1; i < to; i++)
        {
            before += Width(i - 1);
            long gap = Math.Abs(total - 2 * before);
            if (gap >= bestGap) continue;
            bestGap = gap;
            best = i;
        }
        return best;
    }

    private uint Width(int range) =>
        range + 1 < _ranges.Count ? Math.Min(_ranges[range + 1].Start - _ranges[range].Start, Widest) : WidthOfLast;
}
