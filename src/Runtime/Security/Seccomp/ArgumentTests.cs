namespace Minirun.Runtime.Security.Seccomp;

/// <summary>Writes tests of arguments, which have 64 bits where instructions have 32: high word, then low word (little endian).</summary>
internal sealed class ArgumentTests(BpfAssembler code, bool wide, Goal holds, Goal fails)
{
    private const uint FirstArgument = 16;

    /// <summary>All of them hold. Nothing to test: they do.</summary>
    public Goal All(Comparison[] comparisons)
    {
        Goal next = holds;
        for (int i = comparisons.Length - 1; i >= 0; i--)
        {
            Comparison comparison = wide ? comparisons[i] : comparisons[i].Narrow();
            var tests = new ArgumentTests(code, wide, next, fails);
            next = comparison.Kind == ComparisonKind.MaskedEqual ? tests.Masked(comparison) : tests.InRanges([comparison]);
        }
        return next;
    }

    /// <summary>One of them holds; all are about the same argument, and none is masked.</summary>
    public Goal Any(List<Comparison> comparisons) => InRanges(wide ? comparisons : comparisons.ConvertAll(each => each.Narrow()));

    private Goal Masked(Comparison comparison)
    {
        Goal low = MaskedWord(comparison.Argument, 0, (uint)comparison.Mask, (uint)comparison.Value, holds);
        return wide ? MaskedWord(comparison.Argument, 4, (uint)(comparison.Mask >> 32), (uint)(comparison.Value >> 32), low) : low;
    }

    private Goal MaskedWord(int argument, uint word, uint mask, uint value, Goal then)
    {
        if (mask == 0) return then;
        int otherwise = fails.Label(code), equal = then.Label(code);
        int compare = code.Branch(BpfAssembler.JumpEqual, value, equal, otherwise);
        return Goal.To(code.Load(Offset(argument, word), mask == uint.MaxValue ? compare : code.And(mask, compare)));
    }

    private Goal InRanges(List<Comparison> comparisons)
    {
        int argument = comparisons[0].Argument;
        List<(ulong Start, bool Holds)> ranges = Ranges(comparisons);
        if (!wide) return Low(argument, ranges, 0);
        var tree = new RangeTree(code);
        for (int i = 0; i < ranges.Count;)
        {
            uint high = (uint)(ranges[i].Start >> 32);
            int end = i + 1;
            while (end < ranges.Count && ranges[end].Start >> 32 == high) end++;
            bool begins = (uint)ranges[i].Start == 0;
            // A high word within which the answer changes has a tree of its own.
            if (begins && end == i + 1) tree.Add(high, Answer(ranges[i].Holds));
            else
            {
                int from = begins ? i : i - 1;
                tree.Add(high, Low(argument, ranges.GetRange(from, end - from), high));
                if (high != uint.MaxValue) tree.Add(high + 1, Answer(ranges[end - 1].Holds));
            }
            i = end;
        }
        return tree.IsTrivial ? tree.Only : Goal.To(code.Load(Offset(argument, 4), tree.Write()));
    }

    private Goal Low(int argument, List<(ulong Start, bool Holds)> ranges, uint high)
    {
        var tree = new RangeTree(code);
        foreach ((ulong start, bool inside) in ranges) tree.Add(start >> 32 < high ? 0 : (uint)start, Answer(inside));
        return tree.IsTrivial ? tree.Only : Goal.To(code.Load(Offset(argument, 0), tree.Write()));
    }

    /// <summary>Where, over all values, the answer changes.</summary>
    private List<(ulong Start, bool Holds)> Ranges(List<Comparison> comparisons)
    {
        ulong largest = wide ? ulong.MaxValue : uint.MaxValue;
        var starts = new SortedSet<ulong> { 0 };
        foreach (Comparison comparison in comparisons)
        {
            starts.Add(comparison.Value);
            if (comparison.Value != largest) starts.Add(comparison.Value + 1);
        }
        var ranges = new List<(ulong, bool)>();
        foreach (ulong start in starts) ranges.Add((start, comparisons.Exists(each => each.Holds(start))));
        for (int i = ranges.Count - 1; i > 0; i--)
            if (ranges[i].Item2 == ranges[i - 1].Item2) ranges.RemoveAt(i);
        return ranges;
    }

    private Goal Answer(bool inside) => inside ? holds : fails;

    private static uint Offset(int argument, uint word) => FirstArgument + (uint)argument * 8 + word;
}
