namespace Minirun.Runtime.Security.Seccomp;

/// <summary>
/// Writes a classic BPF program from its end to its beginning, as jumps go forward only: where a jump leads to is then always written
/// already. What is written twice the same is written once. A label is the number of instructions behind it.
/// </summary>
internal sealed class BpfAssembler
{
    public const ushort JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterOrEqual = 0x35;
    private const ushort LoadWord = 0x20, AndWith = 0x54, Always = 0x05, Ret = 0x06;

    // A conditional jump has 8 bits for its distance. Three less: two jumps onwards may have to come between.
    private const int Far = 252;

    private readonly List<ulong> _reversed = new(512);
    private readonly Dictionary<(ushort Code, uint K, int WhenTrue, int WhenFalse), int> _written = new(512);

    public int Length => _reversed.Count;

    /// <summary>The program, 8 bytes an instruction (struct sock_filter).</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[_reversed.Count * 8];
        for (int i = 0; i < _reversed.Count; i++) BitConverter.TryWriteBytes(bytes.AsSpan(i * 8), _reversed[^(i + 1)]);
        return bytes;
    }

    /// <summary>Ends with a verdict. One that is too far to jump to is written anew: that takes no more room than a jump onwards.</summary>
    public int Return(uint verdict)
    {
        if (_written.TryGetValue((Ret, verdict, 0, 0), out int label) && Distance(label) <= Far) return label;
        return _written[(Ret, verdict, 0, 0)] = Write(Ret, verdict);
    }

    /// <summary>Compares the accumulator with <paramref name="k"/>.</summary>
    public int Branch(ushort code, uint k, int whenTrue, int whenFalse)
    {
        if (whenTrue == whenFalse) return whenTrue;
        if (_written.TryGetValue((code, k, whenTrue, whenFalse), out int label)) return label;
        int near = Near(whenTrue), other = Near(whenFalse);
        return _written[(code, k, whenTrue, whenFalse)] = Write((ushort)code, k, Distance(near), Distance(other));
    }

    /// <summary>Loads a word of struct seccomp_data.</summary>
    public int Load(uint offset, int next) => Straight(LoadWord, offset, next);

    public int And(uint mask, int next) => Straight(AndWith, mask, next);

    private int Straight(ushort code, uint k, int next)
    {
        if (_written.TryGetValue((code, k, next, -1), out int label)) return label;
        if (Distance(next) > 0) Write(Always, (uint)Distance(next));
        return _written[(code, k, next, -1)] = Write(code, k);
    }

    private int Near(int label) => Distance(label) <= Far ? label : Write(Always, (uint)Distance(label));

    private int Distance(int label) => _reversed.Count - label;

    private int Write(ushort code, uint k, int whenTrue = 0, int whenFalse = 0)
    {
        _reversed.Add(code | (ulong)whenTrue << 16 | (ulong)whenFalse << 24 | (ulong)k << 32);
        return _reversed.Count;
    }
}
