using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Minirun.Linux;

namespace Minirun.Tar;

/// <summary>Writes an archive: ustar headers, and a pax header before what does not fit into one.</summary>
/// <param name="output">Stays open.</param>
public sealed class TarWriter(Stream output)
{
    private long _size, _left;

    /// <summary>A file; what it has in it follows with <see cref="Write(ReadOnlySpan{byte})"/>.</summary>
    public void Write(TarEntry entry)
    {
        Finish();
        byte[] name = KernelText.Encode(entry.Name), link = KernelText.Encode(entry.LinkName);
        byte[] header = new byte[TarHeader.Block];
        var records = new List<byte>();
        if (name.Length > header.AsSpan(TarHeader.Name).Length) Add(records, "path", name);
        if (link.Length > header.AsSpan(TarHeader.LinkName).Length) Add(records, "linkpath", link);
        name.AsSpan(0, Math.Min(name.Length, header.AsSpan(TarHeader.Name).Length)).CopyTo(header.AsSpan(TarHeader.Name));
        link.AsSpan(0, Math.Min(link.Length, header.AsSpan(TarHeader.LinkName).Length)).CopyTo(header.AsSpan(TarHeader.LinkName));
        TarHeader.Write(header.AsSpan(TarHeader.Mode), entry.Mode);
        Number(header.AsSpan(TarHeader.Uid), entry.Uid, "uid", records);
        Number(header.AsSpan(TarHeader.Gid), entry.Gid, "gid", records);
        Number(header.AsSpan(TarHeader.Size), entry.Size, "size", records);
        TarHeader.Write(header.AsSpan(TarHeader.Time), Math.Max(0, entry.Seconds));
        if (entry.Nanoseconds != 0 || entry.Seconds < 0) Add(records, "mtime", Encoding.ASCII.GetBytes(Time(entry)));
        if (entry.Type is TarEntry.CharacterDevice or TarEntry.BlockDevice)
        {
            TarHeader.Write(header.AsSpan(TarHeader.Major), entry.Major);
            TarHeader.Write(header.AsSpan(TarHeader.Minor), entry.Minor);
        }
        if (records.Count > 0) WriteRecords(records);
        WriteHeader(header, entry.Type);
        (_size, _left) = (entry.Size, entry.Size);
    }

    /// <summary>A piece of what is in the file.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        output.Write(data);
        _left -= data.Length;
    }

    /// <summary>The end of the archive.</summary>
    public void End()
    {
        Finish();
        output.Write(new byte[2 * TarHeader.Block]);
        output.Flush();
    }

    /// <summary>Fills up what a file has become shorter by, and its last block.</summary>
    private void Finish()
    {
        byte[] zeros = new byte[TarHeader.Block];
        for (; _left > 0; _left -= Math.Min(_left, zeros.Length)) output.Write(zeros.AsSpan(0, (int)Math.Min(_left, zeros.Length)));
        output.Write(zeros.AsSpan(0, (int)((TarHeader.Block - (_size % TarHeader.Block)) % TarHeader.Block)));
        _size = 0;
    }

    private void WriteRecords(List<byte> records)
    {
        byte[] text = [.. records];
        // By POSIX a record is UTF-8, unless this says that it is bytes.
        if (!Utf8.IsValid(text))
        {
            List<byte> first = [];
            Add(first, "hdrcharset", "BINARY"u8);
            text = [.. first, .. text];
        }
        byte[] header = new byte[TarHeader.Block];
        "PaxHeaders/extended"u8.CopyTo(header);
        TarHeader.Write(header.AsSpan(TarHeader.Mode), 0x1a4 /* 0644 */);
        TarHeader.Write(header.AsSpan(TarHeader.Size), text.Length);
        WriteHeader(header, 'x');
        output.Write(text);
        _size = text.Length;
        Finish();
    }

    private void WriteHeader(byte[] header, char type)
    {
        header[TarHeader.Type] = (byte)type;
        TarHeader.Ustar.CopyTo(header.AsSpan(TarHeader.Magic));
        header[263] = header[264] = (byte)'0';   // its version
        TarHeader.WriteSum(header);
        output.Write(header);
    }

    private static void Number(Span<byte> field, long number, string key, List<byte> records)
    {
        if (!TarHeader.Write(field, number)) Add(records, key, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
    }

    private static void Add(List<byte> records, string key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3, length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        records.AddRange(Encoding.ASCII.GetBytes($"{length.ToString(CultureInfo.InvariantCulture)} {key}="));
        records.AddRange(value);
        records.Add((byte)'\n');
    }

    private static string Time(TarEntry entry)
    {
        decimal time = entry.Seconds + (entry.Nanoseconds / 1_000_000_000m);
        return time.ToString("0.#########", CultureInfo.InvariantCulture);
    }
}
