using System.Globalization;
using System.Text;
using Minirun.Linux;

namespace Minirun.Tar;

/// <summary>
/// Reads an archive from its beginning to its end: ustar, pax, GNU's long names. Byte by byte what it says, and no file system.
/// </summary>
/// <param name="input">Stays open.</param>
public sealed class TarReader(Stream input)
{
    private const int LongestText = 1 << 20;   // of a long name, or of the records for one file
    private const long MostPermissions = 0xfff, MostMode = 0xffff;
    private readonly byte[] _header = new byte[TarHeader.Block];
    private readonly Dictionary<string, byte[]> _global = [];
    private string _name = "";
    private long _left, _padding;
    private bool _began;

    /// <summary>The next file; null at the end.</summary>
    /// <exception cref="TarException">It is no archive, or says something that cannot be.</exception>
    public TarEntry? Next()
    {
        var records = new Dictionary<string, byte[]>(_global);
        while (true)
        {
            Skip();
            if (!ReadHeader()) return null;
            char type = (char)_header[TarHeader.Type];
            switch (type)
            {
                case 'x':
                    Records(Text(), records);
                    continue;
                case 'g':
                    Records(Text(), _global);
                    continue;
                case 'L':
                    records["path"] = TarHeader.Text(Text()).ToArray();
                    continue;
                case 'K':
                    records["linkpath"] = TarHeader.Text(Text()).ToArray();
                    continue;
            }
            return Entry(type, records);
        }
    }

    /// <summary>What is in the file that was last given; 0 at its end.</summary>
    /// <exception cref="TarException">The archive ends before.</exception>
    public int Read(Span<byte> buffer)
    {
        if (_left == 0) return 0;
        int count = input.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (count <= 0) throw new TarException($"it ends in the middle of {_name}");
        _left -= count;
        return count;
    }

    private TarEntry Entry(char type, Dictionary<string, byte[]> records)
    {
        _name = records.TryGetValue("path", out byte[]? path) ? KernelText.Decode(path) : HeaderName();
        try
        {
            if (type is 'S' or 'M' || records.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
                throw new TarException("it is a sparse file or a part of one, in a form of GNU tar's (pack it without --sparse)");
            if (type == '\0') type = _name.EndsWith('/') ? TarEntry.Directory : TarEntry.File;
            long size = records.TryGetValue("size", out byte[]? large)
                ? Decimal(large, "size", 0, long.MaxValue)
                : InRange(TarHeader.Number(_header.AsSpan(TarHeader.Size), "size"), "size", 0, long.MaxValue);
            bool isDevice = type is TarEntry.CharacterDevice or TarEntry.BlockDevice;
            Expect(isDevice || type is TarEntry.HardLink or TarEntry.SymbolicLink or TarEntry.Directory or TarEntry.Fifo ? 0 : size);
            var (seconds, nanoseconds) = records.TryGetValue("mtime", out byte[]? time)
                ? Time(time)
                : (TarHeader.Number(_header.AsSpan(TarHeader.Time), "mtime"), 0u);
            return new TarEntry
            {
                Name = _name,
                LinkName = KernelText.Decode(
                    records.TryGetValue("linkpath", out byte[]? link) ? link : TarHeader.Text(_header.AsSpan(TarHeader.LinkName))),
                Type = type,
                Mode = (int)(InRange(TarHeader.Number(_header.AsSpan(TarHeader.Mode), "mode"), "mode", 0, MostMode) & MostPermissions),
                Uid = Owner(records, "uid", TarHeader.Uid),
                Gid = Owner(records, "gid", TarHeader.Gid),
                Size = size,
                Seconds = seconds,
                Nanoseconds = nanoseconds,
                Major = isDevice ? (uint)InRange(TarHeader.Number(_header.AsSpan(TarHeader.Major), "major"), "major", 0, 0xfff) : 0,
                Minor = isDevice ? (uint)InRange(TarHeader.Number(_header.AsSpan(TarHeader.Minor), "minor"), "minor", 0, 0xfffff) : 0,
            };
        }
        catch (TarException error)
        {
            throw new TarException($"{KernelText.Show(_name)}: {error.Message}");
        }
    }

    private string HeaderName()
    {
        ReadOnlySpan<byte> name = TarHeader.Text(_header.AsSpan(TarHeader.Name)), prefix = TarHeader.Text(_header.AsSpan(TarHeader.Prefix));
        // GNU's header has times in the place of the prefix.
        bool hasPrefix = prefix.Length > 0 && _header.AsSpan(TarHeader.Magic).StartsWith("ustar\0"u8);
        return KernelText.Decode(hasPrefix ? [.. prefix, (byte)'/', .. name] : name);
    }

    // 4294967295 is "leave it as it is" for chown(2).
    private uint Owner(Dictionary<string, byte[]> records, string key, Range field) =>
        (uint)(records.TryGetValue(key, out byte[]? text)
            ? Decimal(text, key, 0, uint.MaxValue - 1)
            : InRange(TarHeader.Number(_header.AsSpan(field), key), key, 0, uint.MaxValue - 1));

    /// <summary>False at the end: two blocks of zeros, or no more.</summary>
    private bool ReadHeader()
    {
        int got = Fill(_header);
        if (got == 0 && _began || got == TarHeader.Block && _header.AsSpan().IndexOfAnyExcept((byte)0) < 0) return false;
        if (got < TarHeader.Block) throw new TarException(_began ? "it ends in the middle of a header" : "it is shorter than a header");
        if (!TarHeader.IsSumRight(_header))
            throw new TarException(
                _began
                    ? $"what follows {KernelText.Show(_name)} is not a header: its check sum is wrong"
                    : "its first 512 bytes are not a header");
        _began = true;
        return true;
    }

    private byte[] Text()
    {
        long size = InRange(TarHeader.Number(_header.AsSpan(TarHeader.Size), "size"), "size of a long name", 0, LongestText);
        Expect(size);
        byte[] text = new byte[size];
        for (int at = 0; at < text.Length;) at += Read(text.AsSpan(at));
        return text;
    }

    /// <summary>Each is "LENGTH KEY=VALUE\n", where the length counts all of it.</summary>
    private static void Records(ReadOnlySpan<byte> text, Dictionary<string, byte[]> into)
    {
        const string broken = "its extended header is broken";
        while (text.Length > 0)
        {
            int blank = text.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length))
                throw new TarException(broken);
            if (length <= blank + 1 || length > text.Length || text[length - 1] != '\n') throw new TarException(broken);
            ReadOnlySpan<byte> record = text[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0) throw new TarException(broken);
            string key = Encoding.UTF8.GetString(record[..equals]);
            if (equals + 1 == record.Length) into.Remove(key);
            else into[key] = record[(equals + 1)..].ToArray();
            text = text[length..];
        }
    }

    private static (long Seconds, uint Nanoseconds) Time(ReadOnlySpan<byte> text)
    {
        int point = text.IndexOf((byte)'.');
        long seconds = Decimal(point < 0 ? text : text[..point], "mtime", long.MinValue, long.MaxValue);
        if (point < 0) return (seconds, 0);
        const int places = 9;
        uint nanoseconds = 0;
        for (int i = 0; i < places; i++)
        {
            byte digit = point + 1 + i < text.Length ? text[point + 1 + i] : (byte)'0';
            nanoseconds =
                char.IsAsciiDigit((char)digit) ? (nanoseconds * 10) + digit - '0' : throw new TarException("its mtime is not a number");
        }
        // -1.25 is a quarter of a second before -1.
        return text[0] == '-' && nanoseconds > 0 ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds);
    }

    private static long Decimal(ReadOnlySpan<byte> text, string what, long least, long most)
    {
        string shown = Encoding.ASCII.GetString(text[..Math.Min(text.Length, 40)]);
        if (text.Trim("-0123456789"u8).Length > 0 || text.Length == 0) throw new TarException($"its {what} '{shown}' is not a number");
        bool fits = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        return fits && number >= least && number <= most
            ? number
            : throw new TarException($"its {what} {shown} is out of range");
    }

    private static long InRange(long number, string what, long least, long most) =>
        number >= least && number <= most
            ? number
            : throw new TarException($"its {what} {number.ToString(CultureInfo.InvariantCulture)} is out of range");

    private void Expect(long size) => (_left, _padding) = (size, (TarHeader.Block - (size % TarHeader.Block)) % TarHeader.Block);

    /// <summary>Goes over what is left of a file.</summary>
    private void Skip()
    {
        Span<byte> buffer = stackalloc byte[TarHeader.Block * 16];
        while (_left > 0) Read(buffer);
        // The last file's padding may be missing, as in what some programs write.
        if (_padding > 0) Fill(buffer[..(int)_padding]);
        _padding = 0;
    }

    private int Fill(Span<byte> buffer)
    {
        int length = 0;
        while (length < buffer.Length && input.Read(buffer[length..]) is > 0 and var count) length += count;
        return length;
    }
}
