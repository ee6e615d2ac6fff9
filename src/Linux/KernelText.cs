using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;
using System.Text.Unicode;

namespace Minirun.Linux;

/// <summary>
/// The kernel's names, arguments and variables are bytes; ours are texts. A byte that is not UTF-8 becomes one of the last 128 code points
/// of the private plane 16 (U+10FF80 to U+10FFFF), which JSON and every .NET text keep; on the way back to the kernel it is that byte
/// again. Those code points themselves are taken apart in the same way, so that no two names become one.
/// </summary>
public static class KernelText
{
    private const int First = 0x10FF80;
    private const byte Lead = 0xF4;   // how they would begin in UTF-8

    /// <summary>How all of them begin in UTF-16.</summary>
    public const char Mark = '\uDBFF';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf(Lead) < 0 && Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            bool good = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done && rune.Value < First;
            if (good) text.Append(rune);
            else
                foreach (byte each in bytes[..length]) text.Append(char.ConvertFromUtf32(First - 0x80 + each));
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    /// <summary>The bytes, without a zero behind.</summary>
    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        return bytes[..Encode(text, bytes)];
    }

    /// <summary>The bytes with a zero behind, as system calls take a name.</summary>
    public static byte[] EncodeName(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        return bytes[..(Encode(text, bytes) + 1)];
    }

    /// <summary>Into a buffer that is large enough for UTF-8.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.IndexOf(Mark) < 0) return Encoding.UTF8.GetBytes(text, bytes);
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
            if (rune.Value >= First) bytes[length++] = (byte)rune.Value;
            else length += rune.EncodeToUtf8(bytes[length..]);
        return length;
    }

    /// <summary>The byte that it stands for; null for a character.</summary>
    public static byte? Byte(Rune rune) => rune.Value >= First ? (byte)rune.Value : null;

    /// <summary>Whether it stands for something that is not UTF-8.</summary>
    public static bool HasBytes(ReadOnlySpan<char> text)
    {
        if (text.IndexOf(Mark) < 0) return false;
        foreach (Rune rune in text.EnumerateRunes())
            if (rune.Value >= First) return true;
        return false;
    }

    /// <summary>For people: such a byte as \xe9.</summary>
    public static string Show(string text)
    {
        if (!HasBytes(text)) return text;
        var shown = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
            if (rune.Value >= First) shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{rune.Value & 0xff:x2}");
            else shown.Append(rune);
        return shown.ToString();
    }
}

/// <summary>
/// Hands texts to libc as <see cref="KernelText"/> encodes them: .NET's own marshaller makes U+FFFD of what is not UTF-8.
/// </summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
public static unsafe class TextBytes
{
    public ref struct ManagedToUnmanagedIn
    {
        private byte* _bytes;
        private bool _isAllocated;

        public static int BufferSize => 256;

        public void FromManaged(string? text, Span<byte> buffer)
        {
            if (text is null) return;
            const int widest = 3;   // bytes a UTF-16 unit
            _isAllocated = text.Length >= buffer.Length / widest;
            if (_isAllocated)
            {
                int size = Encoding.UTF8.GetByteCount(text) + 1;
                buffer = new Span<byte>(NativeMemory.Alloc((nuint)size), size);
            }
            buffer[KernelText.Encode(text, buffer)] = 0;
            _bytes = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
        }

        public readonly byte* ToUnmanaged() => _bytes;

        public readonly void Free()
        {
            if (_isAllocated) NativeMemory.Free(_bytes);
        }
    }
}
