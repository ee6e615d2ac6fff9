using System.Buffers.Binary;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>What a seccomp filter sees: struct seccomp_data.</summary>
public sealed record SystemCall(uint Architecture, uint Number, params ulong[] Arguments)
{
    public uint Word(uint offset) => offset switch
    {
        0 => Number,
        4 => Architecture,
        8 or 12 => 0,   // instruction_pointer
        >= 16 and < 64 when offset % 4 == 0 =>
            (offset - 16) / 8 is var index && index < Arguments.Length ? (uint)(Arguments[index] >> (offset % 8 == 0 ? 0 : 32)) : 0,
        _ => throw new InvalidOperationException($"no word at {offset}"),
    };
}

/// <summary>Runs classic BPF as the kernel does, to see what a filter says. Refuses what the kernel refuses.</summary>
internal static class Bpf
{
    public static uint Run(byte[] program, SystemCall call)
    {
        uint a = 0, x = 0;
        uint[] memory = new uint[16];
        for (int at = 0; ; at++)
        {
            (ushort code, byte whenTrue, byte whenFalse, uint k) = Instruction(program, at);
            uint operand = (code & 8) != 0 ? x : k;
            switch (code)
            {
                case 0x20: a = call.Word(k); break;
                case 0x00: a = k; break;
                case 0x01: x = k; break;
                case 0x60: a = memory[k]; break;
                case 0x61: x = memory[k]; break;
                case 0x02: memory[k] = a; break;
                case 0x03: memory[k] = x; break;
                case 0x07: x = a; break;
                case 0x87: a = x; break;
                case 0x54 or 0x5c: a &= operand; break;
                case 0x05: at += (int)k; break;
                case 0x15 or 0x1d: at += a == operand ? whenTrue : whenFalse; break;
                case 0x25 or 0x2d: at += a > operand ? whenTrue : whenFalse; break;
                case 0x35 or 0x3d: at += a >= operand ? whenTrue : whenFalse; break;
                case 0x45 or 0x4d: at += (a & operand) != 0 ? whenTrue : whenFalse; break;
                case 0x06: return k;
                default: throw new InvalidOperationException($"instruction {at} has code {code:x}");
            }
        }
    }

    private static (ushort Code, byte WhenTrue, byte WhenFalse, uint K) Instruction(byte[] program, int at) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(program.AsSpan(at * 8)), program[at * 8 + 2], program[at * 8 + 3],
            BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(at * 8 + 4)));
}
