namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// What a profile says about one system call. A rule without comparisons is the last word, wherever it stands: the first of them wins.
/// Of rules with comparisons, the first in the document that holds.
/// </summary>
internal sealed class CallRules
{
    private readonly List<CallRule> _conditional = [];
    private uint? _always;

    public void Add(CallRule rule)
    {
        if (rule.Comparisons.Length > 0) _conditional.Add(rule);
        else _always ??= rule.Verdict;
    }

    /// <summary>Writes the tests, if any.</summary>
    public Goal Write(BpfAssembler code, bool wide, uint otherwise)
    {
        if (_always is { } verdict) return Goal.Of(verdict);
        Goal next = Goal.Of(otherwise);
        for (int end = _conditional.Count; end > 0;)
        {
            int start = end - 1;
            while (start > 0 && IsOneTest(_conditional[start - 1], _conditional[end - 1])) start--;
            var tests = new ArgumentTests(code, wide, Goal.Of(_conditional[start].Verdict), next);
            next = end - start > 1
                ? tests.Any(_conditional.GetRange(start, end - start).ConvertAll(rule => rule.Comparisons[0]))
                : tests.All(_conditional[start].Comparisons);
            end = start;
        }
        return next;
    }

    /// <summary>Two rules that give the same verdict on one argument: a list of values, which is searched as one.</summary>
    private static bool IsOneTest(CallRule first, CallRule second) =>
        first.Verdict == second.Verdict && first.Comparisons is [{ Kind: not ComparisonKind.MaskedEqual } one]
            && second.Comparisons is [{ Kind: not ComparisonKind.MaskedEqual } other] && one.Argument == other.Argument;
}
