using Minirun.Runtime;

namespace Minirun.Engine.Logs.JsonFile;

/// <summary>
/// One JSON object a line, as Docker's default driver writes them; unlike Docker's, files are rotated unless told otherwise.
/// </summary>
internal sealed class JsonFileDriver(LogFile file, byte[] attributes) : ILogDriver
{
    public const long DefaultSize = 10 << 20;
    public const int DefaultFiles = 3;

    public static readonly LogDriverKind Kind =
        new("json-file", ["max-size", "max-file", "compress", "tag", .. LogAttributes.Options], Check, Open, IsReadable: true);

    private readonly ByteWriter _record = new(1024);
    private readonly LogTime _time = new();

    public string Name => Kind.Name;

    public long Lost => file.Lost;

    public string? Trouble => file.Trouble;

    public int Pending => 0;

    public void Log(in LogMessage message)
    {
        _record.Clear();
        _record.Add("{\"log\":\""u8);
        JsonText.AddInner(_record, message.Line, shortTab: false);
        if (message.EndsLine) _record.Add("\\n"u8);
        _record.Add(message.Source == LogSource.Stdout ? "\",\"stream\":\"stdout\""u8 : "\",\"stream\":\"stderr\""u8);
        _record.Add(attributes);
        _record.Add(",\"time\":\""u8);
        _time.AddNano(_record, message.Time);
        _record.Add("\"}\n"u8);
        file.Add(_record.Written);
    }

    public void Work() => file.Flush();

    public void Close() => file.Close();

    private static void Check(LogOptions options)
    {
        Limits(options);
        LogAttributes.Check(options);
        TagTemplate.Check(options);
    }

    private static (long Size, int Files, bool Compress) Limits(LogOptions options)
    {
        // As Docker's documents have it: -1 is without limit.
        long size = options.Text("max-size") == "-1" ? long.MaxValue : options.Size("max-size") ?? DefaultSize;
        if (size <= 0) throw new UserError("max-size must be a positive number", "such as --log-opt max-size=10m; -1 is without limit");
        int files = options.Number("max-file", int.MinValue, 1000) ?? DefaultFiles;
        if (files < 1) throw new UserError("max-file cannot be less than 1", "such as --log-opt max-file=3");
        bool compress = options.Flag("compress") ?? false;
        if (compress && (files < 2 || !options.Has("max-size") || size == long.MaxValue))
            throw new UserError("compress cannot be true when max-file is less than 2 or max-size is not set",
                "add --log-opt max-size=10m --log-opt max-file=3");
        return (size, files, compress);
    }

    private static JsonFileDriver Open(LogOptions options, LogContext context)
    {
        var (size, files, compress) = Limits(options);
        return new JsonFileDriver(new LogFile(context.LogPath, size, files, compress), Attributes(options, context));
    }

    /// <summary>The part of every record that is the same: empty, or ,"attrs":{…}.</summary>
    private static byte[] Attributes(LogOptions options, LogContext context)
    {
        SortedDictionary<string, string> all = LogAttributes.Of(options, context);
        if (options.Text("tag") is { Length: > 0 } tag) all["tag"] = TagTemplate.Expand(tag, options, context);
        if (all.Count == 0) return [];
        var output = new ByteWriter();
        foreach (var (name, value) in all)
        {
            output.Add(output.Length == 0 ? ",\"attrs\":{"u8 : ","u8);
            JsonText.Add(output, name);
            output.Add((byte)':');
            JsonText.Add(output, value);
        }
        output.Add((byte)'}');
        return output.Written.ToArray();
    }
}
