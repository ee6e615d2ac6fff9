using Xunit;

namespace Minirun.House.Tests;

/// <summary>No line has more than 140 characters: two files fit side by side on a screen, and a diff shows a line whole.</summary>
public sealed class WidthTests
{
    private const int Most = 140;

    /// <summary>All text in here is looked at, but for Markdown and what NuGet writes.</summary>
    private static readonly string[] s_places = ["src", "tests", "bench"];

    [Fact]
    public void No_line_has_more_than_140_characters() => Assert.Empty(
        s_places.SelectMany(place => Directory.EnumerateFiles(Path.Combine(Checkout.Root, place), "*", SearchOption.AllDirectories))
            .Append(Path.Combine(Checkout.Root, "build.sh"))
            .Where(IsOurText)
            .SelectMany(file => TooLong(File.ReadAllText(file)).Select(line => $"{Path.GetRelativePath(Checkout.Root, file)}:{line}")));

    [Fact]
    public void Characters_are_counted_and_not_bytes()
    {
        string most = new('é', Most);
        Assert.Empty(TooLong($"{most}\n{most}\n"));
        Assert.Equal([2], TooLong($"{most}\n{most}!\n{most}\n"));
    }

    private static bool IsOurText(string file) =>
        Path.GetFileName(file) is var name && name != "packages.lock.json" && !name.EndsWith(".md", StringComparison.Ordinal);

    private static IEnumerable<int> TooLong(string text) => text.Contains('\0') ? [] : text.Split('\n').Index()
        .Where(line => line.Item.Length > Most && line.Item.EnumerateRunes().Count() > Most).Select(line => line.Index + 1);
}
