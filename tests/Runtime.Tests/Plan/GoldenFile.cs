using System.Text;
using Xunit;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>
/// A file below Golden, with no line over 140 characters: where one is folded, the next line begins with the indentation, which stands
/// for a space; a backslash at the end says that no space was there.
/// </summary>
internal static class GoldenFile
{
    private const int Width = 140;

    private static readonly string s_indent = new(' ', 24);

    /// <summary>Compares; or writes the file anew, when UPDATE_GOLDEN=1 says so.</summary>
    public static void Check(string name, string plan)
    {
        string folded = Fold(plan);
        Assert.Equal(plan, Unfold(folded));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Checkout.Root, "tests", "Runtime.Tests", "Golden", name), folded);
            return;
        }
        string file = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        Assert.True(File.Exists(file), $"{file} is missing; UPDATE_GOLDEN=1 writes it");
        Assert.Equal(File.ReadAllText(file), folded, ignoreLineEndingDifferences: true);
    }

    private static string Fold(string plan)
    {
        var text = new StringBuilder();
        foreach (string line in plan.TrimEnd('\n').Split('\n'))
        {
            string rest = line;
            while (rest.Length > Width)
            {
                (int end, int next) = Cut(rest);
                text.Append(rest.AsSpan(0, end)).Append(end == next ? "\\\n" : "\n");
                rest = s_indent + rest[next..];
            }
            text.Append(rest).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Where a line ends and the next begins: between two calls if that can be, else at a space, else between two flags.</summary>
    private static (int End, int Next) Cut(string line)
    {
        int call = line.LastIndexOf("; ", Width - 1, StringComparison.Ordinal) + 1, space = line.LastIndexOf(' ', Width);
        int least = s_indent.Length + 20, flag = line.LastIndexOf('|', Width - 2) + 1;
        return call > least ? (call, call + 1) : space > least ? (space, space + 1) : flag > least ? (flag, flag) : (Width - 1, Width - 1);
    }

    private static string Unfold(string text) => text.Replace("\\\n" + s_indent, "").Replace("\n" + s_indent, " ");
}
