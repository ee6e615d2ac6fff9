using System.Text;
using Minirun.Engine.Logs;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class LogCopierTests
{
    [Fact]
    public void Lines_lose_their_line_feed_and_the_last_needs_none() =>
        Assert.Equal(["hello", "", "partial"], Lines("hello\n\npartial", 1000));

    [Fact]
    public void A_line_of_more_than_16_KiB_is_cut() =>
        Assert.Equal([16384, 3616], Lines(new string('a', 20000) + "\n", 100_000).Select(line => line.Length));

    [Fact]
    public void The_line_feed_after_exactly_16_KiB_makes_an_empty_last_piece() =>
        Assert.Equal([16384, 0, 1], Lines(new string('a', 16384) + "\nb\n", 100_000).Select(line => line.Length));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(2048)]
    [InlineData(16384)]
    [InlineData(16385)]
    public void Where_reads_end_makes_no_difference(int size)
    {
        string text = "x\n" + new string('a', 40000) + "\n\n" + new string('b', 16383) + "\n" + new string('c', 16384) + "\nlast";
        Assert.Equal(Lines(text, int.MaxValue), Lines(text, size));
    }

    [Fact]
    public void Pieces_of_a_line_have_its_id_its_time_and_their_number()
    {
        RecordingDriver driver = Feed(new string('a', 40000) + "\nwhole\n" + new string('b', 16384), 5000);
        Assert.Equal([1, 2, 3, null, 1], driver.Messages.Select(message => message.Partial?.Ordinal));
        Assert.Equal([false, false, true, null, false], driver.Messages.Select(message => message.Partial?.IsLast));
        Assert.Single(driver.Messages.Take(3).Select(message => (message.Partial!.Id, message.Time)).Distinct());
        Assert.NotEqual(driver.Messages[0].Partial!.Id, driver.Messages[4].Partial!.Id);
        Assert.Matches("^[0-9a-f]{64}$", driver.Messages[0].Partial!.Id);
    }

    private static IEnumerable<string> Lines(string text, int size) => Feed(text, size).Messages.Select(message => message.Line);

    private static RecordingDriver Feed(string text, int size)
    {
        var driver = new RecordingDriver();
        var copier = new LogCopier(LogSource.Stdout, driver);
        foreach (byte[] part in Encoding.Latin1.GetBytes(text).Chunk(Math.Min(size, text.Length))) copier.Feed(part);
        copier.End();
        return driver;
    }
}
