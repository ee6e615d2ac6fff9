using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Runtime.Plan;

/// <summary>What fork-news is given: structures at the front, the strings and arrays that they point to behind them.</summary>
/// <param name="start">The length of the structures.</param>
internal sealed class PlanBlob(int start)
{
    private byte[] _bytes = new byte[Math.Max(8192, start + 4096)];

    public int Length { get; private set; } = start;

    public byte[] ToArray() => _bytes[..Length];

    public void Write<T>(int at, ref T value) where T : unmanaged => MemoryMarshal.Write(_bytes.AsSpan(at), in value);

    public int Add(object? value) => value switch
    {
        null => 0,
        string text => AddString(text),
        byte[] bytes => AddBytes(bytes),
        string[] strings => AddArray(strings.Length, i => AddString(strings[i])),
        CommandLine { Bytes: { Length: > 0 } bytes } => AddArray(bytes.Length, i => AddZeroTerminated(bytes[i])),
        CommandLine command => Add(command.Words),
        _ => throw new InvalidOperationException($"a plan cannot hold a {value.GetType().Name}"),
    };

    /// <summary>Where a place inside one string of an array lies.</summary>
    public int OffsetIn(int array, EnvironmentSlot slot) =>
        (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(array + slot.Entry * sizeof(long))) + slot.Offset;

    private int AddString(string text)
    {
        int at = Reserve(Encoding.UTF8.GetByteCount(text) + 1);
        // Bytes that are not UTF-8 take less room than what stands for them.
        Length -= Encoding.UTF8.GetByteCount(text) - KernelText.Encode(text, _bytes.AsSpan(at));
        _bytes[Length - 1] = 0;
        return at;
    }

    private int AddZeroTerminated(byte[] bytes)
    {
        int at = Reserve(bytes.Length + 1);
        bytes.CopyTo(_bytes, at);
        return at;
    }

    private int AddBytes(byte[] bytes)
    {
        Align();
        int at = Reserve(bytes.Length);
        bytes.CopyTo(_bytes, at);
        return at;
    }

    // Offsets, which fork-news turns into pointers; a zero ends them, as argv has it.
    private int AddArray(int count, Func<int, int> add)
    {
        Align();
        int at = Reserve((count + 1) * sizeof(long));
        for (int i = 0; i < count; i++)
        {
            int text = add(i);   // first: adding may move the bytes
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(at + i * sizeof(long)), text);
        }
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
