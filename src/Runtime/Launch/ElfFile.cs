using System.Buffers.Binary;
using System.Text;

namespace Minirun.Runtime.Launch;

/// <summary>
/// The few facts of an ELF file (elf(5)) that explain why it does not start, from its first page. The file is hostile: every offset is
/// checked.
/// </summary>
public static class ElfFile
{
    private const uint PT_INTERP = 3;

    /// <summary>The architecture it is for, by the name uname(1) has; null when it is no ELF file.</summary>
    public static string? Machine(ReadOnlySpan<byte> head)
    {
        if (!IsElf(head)) return null;
        ushort machine =
            head[5] == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[18..]);
        return machine switch
        {
            3 => "i386",
            8 => "mips",
            20 => "ppc",
            21 => "ppc64",
            22 => "s390x",
            40 => "arm",
            62 => "x64",
            183 => "arm64",
            243 => "riscv64",
            258 => "loongarch64",
            _ => $"ELF machine {machine}",
        };
    }

    /// <summary>
    /// The program interpreter (PT_INTERP) of a little-endian ELF file; null when it has none within <paramref name="head"/>.
    /// </summary>
    public static string? Interpreter(ReadOnlySpan<byte> head)
    {
        if (!IsElf(head) || head[5] != 1) return null;
        bool wide = head[4] == 2;
        ulong table = wide ? Read64(head, 32) : Read32(head, 28);
        int entrySize = Read16(head, wide ? 54 : 42), entries = Read16(head, wide ? 56 : 44), needed = wide ? 56 : 32;
        if (table > (ulong)head.Length || entrySize < needed) return null;   // before adding to it, which could wrap around
        for (int i = 0; i < entries; i++)
        {
            ulong at = table + (ulong)(i * entrySize);
            if (at + (ulong)needed > (ulong)head.Length) return null;
            ReadOnlySpan<byte> entry = head[(int)at..];
            if (Read32(entry, 0) != PT_INTERP) continue;
            ulong offset = wide ? Read64(entry, 8) : Read32(entry, 4), size = wide ? Read64(entry, 32) : Read32(entry, 16);
            if (size is 0 or > 4096 || offset > (ulong)head.Length || offset + size > (ulong)head.Length) return null;
            return Encoding.UTF8.GetString(head.Slice((int)offset, (int)size)).TrimEnd('\0');
        }
        return null;
    }

    private static bool IsElf(ReadOnlySpan<byte> head) => head.Length >= 64 && head is [0x7f, (byte)'E', (byte)'L', (byte)'F', ..];

    private static int Read16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Read32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong Read64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
