using Xunit;

namespace Minirun.House.Tests;

/// <summary>The reader of symbols sees what a compiler sees, and the floors refuse what they are there for.</summary>
public sealed class SourceModelTests
{
    private static readonly Room[] s_rooms = [new("Ground", [], ["Low Beside", "High"]), new("Above", ["Ground"], ["Program.cs"])];

    private const string Low = """
        namespace Ground.Low;
        public class Thing { public int Size; public static Thing Make() => new(); public void Do() { } }
        public static class Extensions { public static void Grow(this Thing thing) => thing.Size++; }
        """;

    [Theory]
    [InlineData("class User { Thing? _thing; }", "Thing")]
    [InlineData("class User { void Do() { var thing = Thing.Make(); } }", "Thing.Make")]
    [InlineData("class User { System.Collections.Generic.List<Thing> _things = []; }", "Thing")]
    [InlineData("class User { Ground.Low.Thing _thing = new(); }", "Thing")]
    [InlineData("class User<T> where T : Thing { void Do(T t) => t.Do(); }", "Thing.Do")]
    [InlineData("class User { void Do(object o) { if (o is Thing { Size: 3 }) { } } }", "Thing.Size")]
    [InlineData("class User { void Do() => Thing.Make().Grow(); }", "Extensions.Grow")]
    [InlineData("[System.Obsolete(nameof(Thing.Size))] class User { }", "Thing.Size")]
    public void A_use_is_seen_however_it_is_written(string user, string name)
    {
        var model = new SourceModel(References(),
            [("Ground/Low/Thing.cs", Low), ("Ground/High/User.cs", "using Ground.Low; namespace Ground.High; " + user)]);
        Assert.Empty(model.FindUnknownNames());
        Assert.Contains(new Use("Ground/High/User.cs", "Ground/Low/Thing.cs", name), model.FindUses());
    }

    [Fact]
    public void A_using_alone_and_a_word_in_a_comment_are_no_use()
    {
        var model = new SourceModel(References(),
            [("Ground/Low/Thing.cs", Low),
                ("Ground/High/User.cs", "using Ground.Low; namespace Ground.High; /* Thing */ class User { string _s = \"Thing\"; }")]);
        Assert.Empty(model.FindUses());
    }

    [Fact]
    public void A_name_that_is_not_there_is_told()
    {
        var model = new SourceModel(References(), [("Ground/High/User.cs", "class User { Missing _m; }")]);
        Assert.Contains("Missing", Assert.Single(model.FindUnknownNames()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ground/High/A.cs", "Ground/Low/B.cs", true)]
    [InlineData("Ground/Low/A.cs", "Ground/High/B.cs", false)]
    [InlineData("Ground/Low/A.cs", "Ground/Beside/B.cs", false)]
    [InlineData("Ground/Low/Deep/A.cs", "Ground/Low/B.cs", true)]
    [InlineData("Ground/Low/A.cs", "Ground/Error.cs", true)]
    [InlineData("Ground/Error.cs", "Ground/Low/B.cs", false)]
    [InlineData("Above/Program.cs", "Ground/High/B.cs", true)]
    [InlineData("Above/Program.cs", "Above/Message.cs", true)]
    [InlineData("Above/Message.cs", "Above/Program.cs", false)]
    [InlineData("Ground/High/A.cs", "Above/Message.cs", false)]
    public void Only_what_lies_below_may_be_used(string from, string to, bool allowed) =>
        Assert.Equal(allowed, new Floors(s_rooms).Allow(new Use(from, to, "Name")));

    [Fact]
    public void A_folder_without_a_floor_and_a_floor_without_a_file_are_told()
    {
        var floors = new Floors(s_rooms);
        Assert.Equal(["Ground/New"], floors.FindUnknown(["Ground/Low/A.cs", "Ground/New/A.cs"]));
        Assert.Equal(["Ground/Beside", "Ground/High"], floors.FindEmpty(["Ground/Low/A.cs", "Above/Program.cs"]));
    }

    [Fact]
    public void Circles_are_found_and_chains_are_not() => Assert.Equal(
        [["b", "c", "d"]],
        Circles.Find([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e"), ("e", "e")]));

    private static (string, string[])[] References() => [.. s_rooms.Select(room => (room.Name, room.References))];
}
