using System.IO.Compression;
using Minirun.Engine.Logs.Sending;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Logs.Gelf;

/// <summary>Compresses a message, and cuts it into chunks that no network has to cut again.</summary>
internal sealed class GelfDatagrams
{
    private const int Whole = 1420, Head = 12, Chunk = Whole - Head, Most = 128;
    private readonly string _type;
    private readonly ZLibCompressionOptions _level;
    private readonly MemoryStream _compressed = new();

    private GelfDatagrams(string type, int level) => (_type, _level) = (type, new ZLibCompressionOptions { CompressionLevel = level });

    /// <exception cref="UserError">Compression that there is not.</exception>
    public static GelfDatagrams Of(LogOptions options)
    {
        string type = options.Text("gelf-compression-type") ?? "gzip", level = options.Text("gelf-compression-level") ?? "1";
        if (type is not ("gzip" or "zlib" or "none")) throw Unknown("gelf-compression-type", type, "gzip, zlib or none");
        return int.TryParse(level, out int number) && number is >= -1 and <= 9
            ? new GelfDatagrams(type, number)
            : throw Unknown("gelf-compression-level", level, "-1 to 9");
    }

    public void Add(Sender sender, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> bytes = Compress(json);
        int chunks = (bytes.Length + Chunk - 1) / Chunk;
        if (chunks > Most)
        {
            sender.Begin();
            sender.GiveUp($"a message of {bytes.Length} bytes needs more than {Most} chunks");
        }
        else if (chunks == 1)
        {
            sender.Begin().Add(bytes);
            sender.Commit();
        }
        else
        {
            AddChunks(sender, bytes, chunks);
        }
    }

    private static void AddChunks(Sender sender, ReadOnlySpan<byte> bytes, int chunks)
    {
        Span<byte> id = stackalloc byte[8];
        RandomId.Fill(id);
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            ByteWriter record = sender.Begin();
            record.Add([0x1e, 0x0f]);
            record.Add(id);
            record.Add([(byte)chunk, (byte)chunks]);
            record.Add(bytes.Slice(chunk * Chunk, Math.Min(Chunk, bytes.Length - (chunk * Chunk))));
            sender.Commit();
        }
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> json)
    {
        if (_type == "none") return json;
        _compressed.SetLength(0);
        using (Stream stream =
            _type == "gzip" ? new GZipStream(_compressed, _level, leaveOpen: true) : new ZLibStream(_compressed, _level, leaveOpen: true))
            stream.Write(json);
        return _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);
    }

    private static UserError Unknown(string option, string value, string known) =>
        new($"unknown value \"{value}\" for log opt \"{option}\" for gelf log driver", $"it can be {known}");
}
