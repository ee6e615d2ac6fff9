using Xunit;

namespace Minirun.House.Tests;

/// <summary>References between the files of src run downwards only.</summary>
public sealed class FloorTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> s_sources = Checkout.ReadSources();
    private static readonly SourceModel s_model = new([.. House.Rooms.Select(room => (room.Name, room.References))], s_sources);
    private static readonly Lazy<IReadOnlyList<Use>> s_uses = new(s_model.FindUses);
    private static readonly Floors s_floors = new(House.Rooms);

    [Fact]
    public void Every_name_is_understood() => Assert.Empty(s_model.FindUnknownNames());

    /// <summary>For people: `DUMP_USES=FILE` writes every use, a line each.</summary>
    [Fact]
    public void Every_file_of_a_use_is_a_source()
    {
        if (Environment.GetEnvironmentVariable("DUMP_USES") is { } file)
        {
            File.WriteAllLines(file, s_uses.Value.Select(use => $"{use.From} {use.To} {use.Name}"));
        }
        Assert.Subset(s_sources.Select(source => source.Path).ToHashSet(), s_uses.Value.Select(use => use.To).ToHashSet());
    }

    [Fact]
    public void Every_folder_stands_on_a_floor()
    {
        Assert.Empty(s_floors.FindUnknown(s_sources.Select(file => file.Path)));
        Assert.Empty(s_floors.FindEmpty(s_sources.Select(file => file.Path)));
    }

    [Fact]
    public void References_run_downwards() => Assert.Empty(s_uses.Value.Where(use => !s_floors.Allow(use))
        .GroupBy(use => (use.From, use.To),
            (files, uses) => $"{files.From} -> {files.To}: {string.Join(", ", uses.Select(use => use.Name))}"));

    [Fact]
    public void Folders_make_no_circle() =>
        Assert.Empty(Circles.Find(s_uses.Value.Select(use => (s_floors.FindFolder(use.From), s_floors.FindFolder(use.To)))));

    /// <summary>
    /// A few files may know each other, where they are one thing that is too long for one file or two that are nothing without each other:
    /// circles-of-files.txt says why, circle by circle, and nothing that is no circle any more.
    /// </summary>
    [Fact]
    public void Files_make_only_small_circles_that_have_a_reason()
    {
        string[][] circles = [.. Circles.Find(s_uses.Value.Select(use => (use.From, use.To)))];
        string list = Path.Combine(Checkout.Root, "tests", "House.Tests", "circles-of-files.txt");
        (string Files,
            string Reason)[] known = [
                .. File.ReadAllText(list).Replace("\n    ", " ").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(line => line[0] != '#')
            .Select(line => line.Split(" | ", 2)).Select(parts => (parts[0], parts.ElementAtOrDefault(1) ?? ""))];
        Assert.Equal(known.Select(circle => circle.Files).Order(StringComparer.Ordinal),
            circles.Select(circle => string.Join(" ", circle)).Order(StringComparer.Ordinal));
        Assert.All(known, circle => Assert.NotEmpty(circle.Reason));
        Assert.All(circles, circle => Assert.InRange(circle.Length, 2, 5));
    }
}
