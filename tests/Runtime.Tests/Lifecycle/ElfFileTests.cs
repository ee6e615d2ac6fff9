using System.Buffers.Binary;
using Minirun.Runtime.Launch;
using Xunit;

namespace Minirun.Runtime.Tests.Lifecycle;

public sealed class ElfFileTests
{
    [Fact]
    public void The_interpreter_of_a_64_bit_file_is_found() => Assert.Equal("/lib64/ld.so", ElfFile.Interpreter(Wide("/lib64/ld.so")));

    [Fact]
    public void The_interpreter_of_a_32_bit_file_is_found() => Assert.Equal("/lib/ld.so", ElfFile.Interpreter(Narrow("/lib/ld.so")));

    [Theory]
    [InlineData(62, "x64")]
    [InlineData(183, "arm64")]
    [InlineData(3, "i386")]
    [InlineData(243, "riscv64")]
    [InlineData(9999, "ELF machine 9999")]
    public void The_machine_is_named(ushort machine, string name)
    {
        byte[] file = Wide("/x");
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), machine);
        Assert.Equal(name, ElfFile.Machine(file));
    }

    [Fact]
    public void A_big_endian_machine_is_named()
    {
        byte[] file = Wide("/x");
        file[5] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(18), 22);
        Assert.Equal("s390x", ElfFile.Machine(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("\u007fELF")]
    public void What_is_no_ELF_file_has_neither(string text)
    {
        byte[] file = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Null(ElfFile.Machine(file));
        Assert.Null(ElfFile.Interpreter(file));
    }

    [Theory]
    [InlineData(32, ulong.MaxValue)]          // the table of program headers
    [InlineData(32, ulong.MaxValue - 55)]     // such that adding the size of an entry wraps around
    [InlineData(32, 0x7fffffffUL)]
    [InlineData(64 + 8, ulong.MaxValue)]      // the offset of the text
    [InlineData(64 + 8, ulong.MaxValue - 5)]
    [InlineData(64 + 32, ulong.MaxValue)]     // its size
    [InlineData(64 + 32, 0UL)]
    public void Offsets_that_lead_outside_give_nothing(int at, ulong value)
    {
        byte[] file = Wide("/lib64/ld.so");
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
        Assert.Null(ElfFile.Interpreter(file));
    }

    [Fact]
    public void No_mutation_makes_the_parser_throw()
    {
        var random = new Random(1);
        for (int round = 0; round < 50_000; round++)
        {
            byte[] file = round % 2 == 0 ? Wide("/lib64/ld.so") : Narrow("/lib/ld.so");
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                // Headers mostly, and the values that break arithmetic.
                int at = random.Next(file.Length);
                file[at] = random.Next(3) switch { 0 => 0xff, 1 => 0x7f, _ => (byte)random.Next(256) };
                if (random.Next(4) == 0) file.AsSpan(at, Math.Min(8, file.Length - at)).Fill(0xff);
            }
            ReadOnlySpan<byte> head = random.Next(3) == 0 ? file.AsSpan(0, random.Next(file.Length)) : file;
            ElfFile.Machine(head);
            ElfFile.Interpreter(head);
        }
    }

    private static byte[] Wide(string interpreter)
    {
        byte[] file = new byte[256];
        Start(file, 2);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), 3);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(72), 200);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(96), (ulong)interpreter.Length + 1);
        System.Text.Encoding.ASCII.GetBytes(interpreter, file.AsSpan(200));
        return file;
    }

    private static byte[] Narrow(string interpreter)
    {
        byte[] file = new byte[256];
        Start(file, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(28), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(42), 32);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(44), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), 3);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(68), 200);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(80), (uint)interpreter.Length + 1);
        System.Text.Encoding.ASCII.GetBytes(interpreter, file.AsSpan(200));
        return file;
    }

    private static void Start(byte[] file, byte width)
    {
        "\u007fELF"u8.CopyTo(file);
        file[4] = width;
        file[5] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 62);
    }
}
