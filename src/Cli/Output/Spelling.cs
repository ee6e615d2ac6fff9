namespace Minirun.Cli.Output;

/// <summary>What was meant by a mistyped word. (The library guesses too, but keeps its guess to its own printed page.)</summary>
internal static class Spelling
{
    /// <summary>The candidate that is fewest edits away, or that begins with the word; null when none is near.</summary>
    public static string? Closest(string word, IEnumerable<string> candidates)
    {
        int limit = Math.Max(1, word.TrimStart('-').Length / 3);
        string? best = null;
        int least = limit + 1;
        foreach (string candidate in candidates)
        {
            int distance =
                word.TrimStart('-').Length > 1 && candidate.StartsWith(word, StringComparison.Ordinal) ? limit : Distance(word, candidate);
            if (distance >= least) continue;
            least = distance;
            best = candidate;
        }
        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        return cost[a.Length, b.Length];
    }
}
