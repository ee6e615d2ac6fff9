using System.Text;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(1000)]
    public void The_tail_goes_through_rotated_and_compressed_files(int wanted)
    {
        _directory.Write(string.Concat(Enumerable.Range(1, 60).Select(line => $"{line}\n")), "max-size=1k", "max-file=9", "compress=true");
        Assert.True(_directory.Files.Length > 3);
        Assert.Equal(Enumerable.Range(1, 60).TakeLast(wanted).Select(line => $"{line}\n"), _directory.Read(new LogQuery { Tail = wanted }));
    }

    [Fact]
    public void The_tail_of_a_large_file_is_found_from_its_end()
    {
        _directory.Write(string.Concat(Enumerable.Range(1, 30_000).Select(line => $"{line}\n")));
        Assert.Equal(["29999\n", "30000\n"], _directory.Read(new LogQuery { Tail = 2 }));
        Assert.Equal(20_000, _directory.Read(new LogQuery { Tail = 20_000 }).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_rotation_that_was_killed_hides_nothing(int steps)
    {
        _directory.Write(string.Concat(Enumerable.Range(1, 50).Select(line => $"{line}\n")), "max-size=1k", "max-file=5");
        Assert.Equal(4, _directory.Files.Length);
        // The oldest moves first, NAME itself last.
        for (int number = 3; number > 3 - steps; number--)
            File.Move(_directory.Log + (number == 0 ? "" : $".{number}"), $"{_directory.Log}.{number + 1}");
        Assert.Equal(Enumerable.Range(1, 50).Select(line => $"{line}\n"), _directory.Read());
    }

    [Fact]
    public void Times_choose_records()
    {
        File.WriteAllLines(_directory.Log,
            Enumerable.Range(0, 10)
                .Select(second => $$"""{"log":"{{second}}\n","stream":"stdout","time":"2026-11-20T20:19:0{{second}}.5Z"}"""));
        Assert.Equal(["3\n", "4\n"],
            _directory.Read(new LogQuery
            {
                Since = LogMoment.Parse("since", "2026-11-20T20:19:03.5Z"),
                Until = LogMoment.Parse("until", "2026-11-20T21:19:04.500000000+01:00")
            }));
        Assert.Equal(["9\n"], _directory.Read(new LogQuery { Since = LogMoment.Parse("since", "2026-11-20T20:19:03Z"), Tail = 1 }));
    }

    [Theory]
    [InlineData("1795205977", 1795205977000000000)]
    [InlineData("1795205977.000000123", 1795205977000000123)]
    [InlineData("2026-11-20T20:19:37.159703481Z", 1795205977159703481)]
    [InlineData("2026-11-20T15:19:37-05:00", 1795205977000000000)]
    public void Points_in_time_are_read(string text, long expected) => Assert.Equal(expected, LogMoment.Parse("since", text));

    [Fact]
    public void What_is_no_time_is_said_as_Docker_says_it() =>
        Assert.Equal("invalid value for \"since\": failed to parse value as time or duration: \"nonsense\"",
            Assert.Throws<UserError>(() => LogMoment.Parse("since", "nonsense")).Message);

    [Fact]
    public void Whatever_is_in_the_file_the_records_are_read()
    {
        const string good = "{\"log\":\"good\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T20:19:37Z\"}\n";
        byte[] noise = new byte[300_000];
        new Random(1).NextBytes(noise);
        using (FileStream file = File.Create(_directory.Log))
        {
            foreach (string bad in (string[])["{}\n", "[]\n", "\n", "{\"log\":1}\n",
                "{\"log\":\"\\ud800\",\"time\":\"2026-11-20T20:19:37Z\"}\n", "{\"log\":\"x\",\"time\":\"never\"}\n",
                new string('[', 100_000) + "\n", new string('x', 3 << 20) + "\n"])
                file.Write(Encoding.UTF8.GetBytes(bad + good));
            file.Write(noise);
            file.Write(Encoding.UTF8.GetBytes("\n" + good + good[..^20]));
        }
        File.WriteAllText(_directory.Log + ".1", good);
        File.WriteAllBytes(_directory.Log + ".2.gz", noise);
        Assert.Equal(Enumerable.Repeat("good\n", 10), _directory.Read());
    }

    [Fact]
    public void Printing_is_as_docker_logs_does_it()
    {
        File.WriteAllText(_directory.Log,
            "{\"log\":\"x\\n\",\"stream\":\"stdout\","
            + "\"attrs\":{\"Q\":\"a\\u003cb\\u003e\\u0026\\\"x\",\"tag\":\"busybox:test/json1/18 "
                + "d\"},\"time\":\"2026-11-21T04:24:33.97955Z\"}\n"
            + "{\"log\":\"partial\",\"stream\":\"stderr\",\"time\":\"2026-11-21T04:24:34Z\"}\n");
        using MemoryStream output = new(), error = new();
        var printer = new LogPrinter(output, error, times: true, details: true);
        new LogReader(_directory.Log).Read(new LogQuery(), printer.Print);
        Assert.Equal("2026-11-21T04:24:33.979550000Z Q=a%3Cb%3E%26%22x,tag=busybox%3Atest%2Fjson1%2F18+d x\n",
            Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("2026-11-21T04:24:34.000000000Z  partial", Encoding.UTF8.GetString(error.ToArray()));
    }

    [Theory]
    [InlineData("max-size=2k", "max-file=4")]
    [InlineData("max-size=100k", "max-file=3", "compress=true")]
    [InlineData("max-size=2k", "max-file=1")]
    [InlineData("max-size=1m", "max-file=1")]
    public async Task Following_goes_on_through_rotation(params string[] options)
    {
        using var end = new EndSignal();
        ContainerLog log = _directory.Open("json-file", options);
        Task<List<string>> reading = Task.Run(() => _directory.Read(new LogQuery { Follow = true, EndDescriptor = end.Descriptor }));
        // As fast as the reader: what is rotated away before it was read cannot be followed.
        for (int line = 0; line < 3000; line++)
        {
            log.Feed(LogSource.Stdout, Encoding.ASCII.GetBytes($"{line}\n"));
            if (line % 20 == 19) Thread.Yield();
        }
        log.Close();
        end.Set();
        List<string> lines = await reading.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("2999\n", lines[^1]);
        Assert.Equal(lines, lines.Distinct());
        Assert.Equal(lines, lines.OrderBy(line => int.Parse(line)));
        Assert.True(options[0] == "max-size=2k" || lines.Count == 3000, $"{lines.Count} lines");
    }

    [Fact]
    public async Task Following_waits_for_a_file_that_is_not_there_yet()
    {
        using var end = new EndSignal();
        Task<List<string>> reading = Task.Run(() => _directory.Read(new LogQuery { Follow = true, EndDescriptor = end.Descriptor }));
        _directory.Write("hello\n");
        end.Set();
        Assert.Equal(["hello\n"], await reading.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
