using static Minirun.Linux.bpf;

namespace Minirun.Runtime.Cgroups;

/// <summary>Device rules as a program of eBPF (bpf_cgroup_dev_ctx: access and type, major, minor), which answers 1 to allow.</summary>
internal static class DeviceProgram
{
    private const int Result = 0, Context = 1, Type = 2, Access = 3, Major = 4, Minor = 5;

    /// <summary>
    /// One instruction a word: opcode 8 bits, registers 2×4, offset 16, number 32. From the last rule to the first, since the last that
    /// speaks of an access decides; the register of the access keeps what is still to be decided.
    /// </summary>
    public static ulong[] Assemble(IReadOnlyList<DeviceRule> rules)
    {
        List<ulong> code =
        [
            Load(Type, 0), Move(Access, Type), Operate(BPF_AND, Type, 0xffff), Operate(BPF_RSH, Access, 16), Load(Major, 4), Load(Minor, 8),
        ];
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            Add(code, rules[i]);
            if (rules[i].IsEverything) return [.. code];
        }
        Answer(code, 0);
        return [.. code];
    }

    private static void Add(List<ulong> code, DeviceRule rule)
    {
        int start = code.Count;
        if (rule.Type != 'a')
        {
            code.Add(Jump(BPF_JNE, Type, rule.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
            if (rule.Major >= 0) code.Add(Jump(BPF_JNE, Major, rule.Major));
            if (rule.Minor >= 0) code.Add(Jump(BPF_JNE, Minor, rule.Minor));
        }
        int conditions = code.Count;
        if (rule.Allow && rule.Access != DeviceRule.AllAccess)
        {
            code.Add(Operate(BPF_AND, Access, DeviceRule.AllAccess & ~rule.Access));
            code.Add(Jump(BPF_JNE, Access, 0));
            Answer(code, 1);
            code[conditions + 1] |= Offset(code.Count - conditions - 2);
        }
        else if (!rule.Allow && rule.Access != DeviceRule.AllAccess)
        {
            code.Add(Jump(BPF_JSET, Access, rule.Access) | Offset(1));
            code.Add(Word(BPF_JMP | BPF_JA, 0, 0, 0) | Offset(2));
            Answer(code, 0);
        }
        else Answer(code, rule.Allow ? 1 : 0);
        for (int at = start; at < conditions; at++) code[at] |= Offset(code.Count - at - 1);
    }

    private static void Answer(List<ulong> code, int answer)
    {
        code.Add(Word(BPF_ALU64 | BPF_MOV | BPF_K, Result, 0, answer));
        code.Add(Word(BPF_JMP | BPF_EXIT, 0, 0, 0));
    }

    private static ulong Load(int register, int offset) => Word(BPF_LDX | BPF_MEM | BPF_W, register, Context, 0) | Offset(offset);

    private static ulong Move(int to, int from) => Word(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0);

    private static ulong Operate(int operation, int register, int number) => Word(BPF_ALU64 | operation | BPF_K, register, 0, number);

    private static ulong Jump(int condition, int register, long number) => Word(BPF_JMP | condition | BPF_K, register, 0, (int)number);

    private static ulong Word(int opcode, int to, int from, int number) =>
        (ulong)(uint)opcode | ((ulong)(uint)(to | (from << 4)) << 8) | ((ulong)(uint)number << 32);

    private static ulong Offset(int offset) => (ulong)(ushort)offset << 16;
}
