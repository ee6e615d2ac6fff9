using static Minirun.Linux.bpf;

namespace Minirun.Runtime.Tests.Cgroups;

/// <summary>Runs a program of eBPF as bpf(2) does, as far as a device program needs it.</summary>
internal static class Bpf
{
    public static bool Allows(ulong[] code, int type, int access, long major, long minor)
    {
        long[] registers = new long[11];
        int[] context = [(access << 16) | type, (int)major, (int)minor];
        for (int at = 0; ; at++)
        {
            ulong word = code[at];
            int opcode = (int)(word & 0xff), to = (int)(word >> 8) & 15, from = (int)(word >> 12) & 15, number = (int)(word >> 32);
            short offset = (short)(word >> 16);
            switch (opcode)
            {
                case BPF_LDX | BPF_MEM | BPF_W: registers[to] = (uint)context[offset / 4]; break;
                case BPF_ALU64 | BPF_MOV | BPF_X: registers[to] = registers[from]; break;
                case BPF_ALU64 | BPF_MOV | BPF_K: registers[to] = number; break;
                case BPF_ALU64 | BPF_AND | BPF_K: registers[to] &= number; break;
                case BPF_ALU64 | BPF_RSH | BPF_K: registers[to] = (long)((ulong)registers[to] >> number); break;
                case BPF_JMP | BPF_JNE | BPF_K: if (registers[to] != number) at += offset; break;
                case BPF_JMP | BPF_JSET | BPF_K: if ((registers[to] & number) != 0) at += offset; break;
                case BPF_JMP | BPF_JA: at += offset; break;
                case BPF_JMP | BPF_EXIT: return registers[0] != 0;
                default: throw new InvalidOperationException($"instruction {at}: opcode {opcode:x}");
            }
        }
    }
}
