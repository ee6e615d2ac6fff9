using System.Globalization;
using System.Text;
using Minirun.Linux;

namespace Minirun.Tar;

/// <summary>The 512 bytes before a file (tar(5)): V7, ustar and GNU read alike, but for the prefix of a ustar name.</summary>
internal static class TarHeader
{
    public const int Block = 512;

    // Where the fields are, and how long.
    public static readonly Range Name = 0..100, Mode = 100..108, Uid = 108..116, Gid = 116..124, Size = 124..136, Time = 136..148,
        Sum = 148..156,
        LinkName = 157..257, Magic = 257..265, Major = 329..337, Minor = 337..345, Prefix = 345..500;
    public const int Type = 156;
    public static ReadOnlySpan<byte> Ustar => "ustar\000"u8;

    /// <summary>Up to the first zero.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    /// <summary>Octal digits; or, for what needs more of them, the number itself after a first bit (GNU's and star's base 256).</summary>
    /// <exception cref="TarException">It is no number, or larger than 63 bits.</exception>
    public static long Number(ReadOnlySpan<byte> field, string what)
    {
        if ((field[0] & 0x80) != 0) return Binary(field, what);
        long number = 0;
        foreach (byte each in field.Trim((byte)' ').TrimEnd((byte)0).TrimEnd((byte)' '))
            number = each is >= (byte)'0' and <= (byte)'7'
                ? (number * 8) + each - '0'
                : throw new TarException($"its {what} '{Printable(field)}' is not an octal number");
        return number;
    }

    /// <summary>The sum of all bytes, with blanks in its own place.</summary>
    public static bool IsSumRight(ReadOnlySpan<byte> header)
    {
        long unsigned = 0, signed = 0, said = 0;
        for (int i = 0; i < Block; i++)
        {
            byte each = i is >= 148 and < 156 ? (byte)' ' : header[i];
            unsigned += each;
            signed += (sbyte)each;   // as some old programs did
        }
        foreach (byte each in header[Sum])
            if (each is >= (byte)'0' and <= (byte)'7') said = (said * 8) + each - '0';
            else if (each is not ((byte)' ' or 0)) return false;
        return said == unsigned || said == signed;
    }

    /// <summary>Writes octal digits and a zero; false when there are not enough places.</summary>
    public static bool Write(Span<byte> field, long number)
    {
        string digits = Convert.ToString(number, 8).PadLeft(field.Length - 1, '0');
        if (number < 0 || digits.Length > field.Length - 1) return false;
        Encoding.ASCII.GetBytes(digits, field);
        return true;
    }

    /// <summary>Seals a header.</summary>
    public static void WriteSum(Span<byte> header)
    {
        header[Sum].Fill((byte)' ');
        int sum = 0;
        foreach (byte each in header) sum += each;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0'), header[Sum]);
        header[154] = 0;
    }

    private static long Binary(ReadOnlySpan<byte> field, string what)
    {
        bool negative = (field[0] & 0x40) != 0;
        Int128 number = negative ? -1 : 0;
        number = (number << 6) | (Int128)(field[0] & 0x3f);
        foreach (byte each in field[1..]) number = (number << 8) | each;
        bool fits = number >= long.MinValue && number <= long.MaxValue;
        return fits ? (long)number : throw new TarException($"its {what} {number.ToString(CultureInfo.InvariantCulture)} is out of range");
    }

    private static string Printable(ReadOnlySpan<byte> field) => KernelText.Show(KernelText.Decode(Text(field))).Trim();
}
