using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Minirun.Engine.Logs;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class JsonFileTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_record_is_as_Docker_writes_it()
    {
        ContainerLog log =
            _directory.Open("json-file", "labels=com.example.a,b-c,none", "env=VAR,Q", "tag={{.ImageName}}/{{.Name}}/{{.ID}}");
        log.Feed(LogSource.Stderr, "x\n"u8);
        log.Close();
        Assert.Equal("""
            {"log":"x\n","stream":"stderr","attrs":{"Q":"a\u003cb\u003e\u0026\"x","VAR":"value","b-c":"two","com.example.a":"one",
            "tag":"busybox:test/web/3c7090b984d4"},"time":"T"}
            """.ReplaceLineEndings("") + "\n", WithoutTimes());
    }

    [Fact]
    public void Names_can_be_chosen_by_patterns()
    {
        _directory.Write("x\n", "labels-regex=^com", "env-regex=^V");
        Assert.Equal("""{"log":"x\n","stream":"stdout","attrs":{"VAR":"value","com.example.a":"one"},"time":"T"}""" + "\n", WithoutTimes());
    }

    [Fact]
    public void Streams_keep_their_order()
    {
        ContainerLog log = _directory.Open("json-file");
        for (int line = 0; line < 10_000; line++)
        {
            log.Feed(LogSource.Stdout, Encoding.ASCII.GetBytes($"{line}\n"));
            log.Feed(LogSource.Stderr, Encoding.ASCII.GetBytes($"{line}\n"));
        }
        log.Close();
        Assert.Equal(20_000, File.ReadLines(_directory.Log).Count());
        Assert.Equal(Enumerable.Range(0, 10_000).SelectMany(line => new[] { $"{line}\n", $"{line}\n" }), _directory.Read());
    }

    [Fact]
    public void Others_cannot_read_it()
    {
        _directory.Write("x\n");
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(_directory.Log) | UnixFileMode.GroupRead);
    }

    [Fact]
    public void Files_are_rotated()
    {
        _directory.Write(Numbers(1, 200), "max-size=1k", "max-file=3");
        Assert.Equal(["container.log", "container.log.1", "container.log.2"], _directory.Files);
        Assert.InRange(new FileInfo(_directory.Log + ".1").Length, 1024, 1024 + 80);
        List<string> lines = _directory.Read();
        Assert.Equal("200\n", lines[^1]);
        Assert.Equal(Enumerable.Range(201 - lines.Count, lines.Count).Select(line => $"{line}\n"), lines);
    }

    [Fact]
    public void Rotated_files_are_compressed()
    {
        _directory.Write(Numbers(1, 200), "max-size=1k", "max-file=3", "compress=true");
        Assert.Equal(["container.log", "container.log.1.gz", "container.log.2.gz"], _directory.Files);
        using var zip = new GZipStream(File.OpenRead(_directory.Log + ".1.gz"), CompressionMode.Decompress);
        Assert.StartsWith("{\"log\":\"", new StreamReader(zip).ReadToEnd());
        List<string> lines = _directory.Read();
        Assert.Equal(Enumerable.Range(201 - lines.Count, lines.Count).Select(line => $"{line}\n"), lines);
    }

    [Fact]
    public void One_file_starts_anew_when_it_is_full()
    {
        _directory.Write(Numbers(1, 200), "max-size=1k", "max-file=1");
        Assert.Equal(["container.log"], _directory.Files);
        Assert.Equal("200\n", _directory.Read()[^1]);
    }

    [Fact]
    public void Without_options_30_MB_are_kept_at_most()
    {
        ContainerLog log = _directory.Open("json-file");
        byte[] lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 999) + "\n", 64)));
        for (int fed = 0; fed < 50 << 20; fed += lines.Length) log.Feed(LogSource.Stdout, lines);
        log.Close();
        Assert.Equal(["container.log", "container.log.1", "container.log.2"], _directory.Files);
        Assert.InRange(Directory.GetFiles(_directory.Path).Sum(file => new FileInfo(file).Length), 20 << 20, (30 << 20) + 4096);
    }

    [Fact]
    public void After_a_crash_the_next_record_has_a_line_of_its_own()
    {
        File.WriteAllText(_directory.Log, "{\"log\":\"to");
        _directory.Write("x\n");
        Assert.Equal(["x\n"], _directory.Read());
    }

    [Fact]
    public void On_a_full_disk_no_half_record_stays_and_the_lost_lines_are_counted()
    {
        if (Environment.UserName != "root") return;
        using var disk = new SmallDisk(_directory.Path, 64);
        ContainerLog log = _directory.Open("json-file");
        byte[] line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        for (int count = 0; count < 100; count++) log.Feed(LogSource.Stdout, line);
        log.Close();
        int kept = _directory.Read().Count;
        Assert.Equal(100, kept + log.Lost);
        Assert.InRange(kept, 40, 64);
        Assert.Contains("ENOSPC", log.Trouble);
        Assert.EndsWith("}\n", File.ReadAllText(_directory.Log));
    }

    private string WithoutTimes() => Regex.Replace(File.ReadAllText(_directory.Log), "\"time\":\"20[0-9T:.-]+Z\"", "\"time\":\"T\"");

    private static string Numbers(int first, int count) => string.Concat(Enumerable.Range(first, count).Select(number => $"{number}\n"));
}
