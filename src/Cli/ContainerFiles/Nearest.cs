namespace Minirun.Cli.ContainerFiles;

internal static class Nearest
{
    /// <summary>The word that needs the fewest changed letters, when they are few enough to be a slip.</summary>
    public static string? Find(string word, IEnumerable<string> words)
    {
        string? best = words.MinBy(each => Distance(word, each));
        return best is not null && Distance(word, best) <= Math.Max(1, best.Length / 3) ? best : null;
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        if (left.Length > 100) return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 0; i < left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < right.Length; j++)
            {
                int above = row[j + 1];
                row[j + 1] = Math.Min(Math.Min(above, row[j]) + 1, diagonal + (left[i] == right[j] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
