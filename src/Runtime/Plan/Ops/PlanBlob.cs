using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Plan;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>What fork-news is given: structures at the front, the strings and arrays that they point to behind them.</summary>
/// <param name="start">The length of the structures.</param>
internal sealed class PlanBlob(int start)
{
    private byte[] _bytes = new byte[Math.Max(8192, start + 4096)];

    public int Length { get; private set; } = start;

    public byte[] ToArray() => _bytes[..Length];

    public void Write<T>(int at, ref T value) where T : unmanaged => MemoryMarshal.Write(_bytes.AsSpan(at), in value);

    /// <summary>A text, with a zero behind it.</summary>
    public PlanText AddText(string? text) => new() { Offset = text is null ? 0 : AddString(text) };

    /// <summary>Several texts, which have their zeros.</summary>
    public PlanText AddTexts(byte[] texts) => new() { Offset = AddBytes(texts).Offset };

    public PlanBytes AddBytes(byte[]? bytes)
    {
        if (bytes is null) return default;
        Align();
        int at = Reserve(bytes.Length);
        bytes.CopyTo(_bytes, at);
        return new() { Offset = at, Length = bytes.Length };
    }

    /// <summary>Offsets of the texts; a zero ends them, as argv has it.</summary>
    public PlanArray AddArray(string[] texts)
    {
        int array = ReserveArray(texts.Length);
        for (int i = 0; i < texts.Length; i++) Point(array, i, AddString(texts[i]));
        return new() { Offset = array };
    }

    public PlanArray AddArray(byte[][] texts)
    {
        int array = ReserveArray(texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            int at = Reserve(texts[i].Length + 1);
            texts[i].CopyTo(_bytes, at);
            Point(array, i, at);
        }
        return new() { Offset = array };
    }

    /// <summary>A place inside one text of an array.</summary>
    public PlanText Find(PlanArray array, int text, int at) =>
        new() { Offset = (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(array.Offset + text * sizeof(long))) + at };

    private int ReserveArray(int count)
    {
        Align();
        return Reserve((count + 1) * sizeof(long));
    }

    private void Point(int array, int index, int text) =>
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(array + index * sizeof(long)), text);

    private int AddString(string text)
    {
        int at = Reserve(Encoding.UTF8.GetByteCount(text) + 1);
        // Bytes that are not UTF-8 take less room than what stands for them.
        Length -= Encoding.UTF8.GetByteCount(text) - KernelText.Encode(text, _bytes.AsSpan(at));
        _bytes[Length - 1] = 0;
        return at;
    }

    private void Align() => Reserve(-Length & 7);

    private int Reserve(int size)
    {
        int at = Length;
        Length += size;
        if (Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length, _bytes.Length * 2));
        return at;
    }
}
