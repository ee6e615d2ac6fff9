using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Minirun.Init;

/// <summary>C strings, without the runtime.</summary>
internal static unsafe class Text
{
    /// <summary>The address of a u8 literal, which lies in the program's read-only data and ends with a zero.</summary>
    public static byte* Pointer(ReadOnlySpan<byte> literal) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));

    /// <summary>The path of a call that is told to take the descriptor itself (AT_EMPTY_PATH).</summary>
    public static nint Empty => (nint)Pointer(""u8);

    public static bool Equal(byte* text, ReadOnlySpan<byte> literal)
    {
        byte* other = Pointer(literal);
        for (; *other != 0; text++, other++)
            if (*text != *other) return false;
        return *text == 0;
    }

    /// <summary>What stands after the last slash.</summary>
    public static byte* FileName(byte* path)
    {
        byte* name = path;
        for (; *path != 0; path++)
            if (*path == '/') name = path + 1;
        return name;
    }

    public static int Length(byte* text)
    {
        int length = 0;
        while (text[length] != 0) length++;
        return length;
    }

    /// <summary>A decimal number without sign; -1 when it is none.</summary>
    public static int Number(byte* text)
    {
        int value = 0;
        if (*text == 0) return -1;
        for (; *text != 0; text++)
        {
            if (*text < '0' || *text > '9' || value > 1_000_000) return -1;
            value = value * 10 + (*text - '0');
        }
        return value;
    }

    /// <summary>Writes a number in decimal at <paramref name="to"/>, with a zero behind it.</summary>
    public static byte* WriteNumber(byte* to, long value)
    {
        byte* digits = stackalloc byte[20];
        int count = 0;
        do { digits[count++] = (byte)('0' + value % 10); value /= 10; } while (value != 0);
        while (count > 0) *to++ = digits[--count];
        *to = 0;
        return to;
    }

    /// <summary>Writes a number in octal at <paramref name="to"/>, with a zero behind it.</summary>
    public static void WriteOctal(byte* to, int value)
    {
        int shift = 30;
        while (shift > 0 && value >> shift == 0) shift -= 3;
        for (; shift >= 0; shift -= 3) *to++ = (byte)('0' + (value >> shift & 7));
        *to = 0;
    }

    /// <summary>Copies with the closing zero; gives the address of that zero.</summary>
    public static byte* Copy(byte* to, byte* from)
    {
        while ((*to = *from) != 0) { to++; from++; }
        return to;
    }
}
