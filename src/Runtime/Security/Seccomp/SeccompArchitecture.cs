using Minirun.Linux;
using Minirun.Runtime.Security.Seccomp.Tables;

namespace Minirun.Runtime.Security.Seccomp;

/// <summary>A way to make system calls that filters know: its name in OCI documents, what the kernel calls it, and its numbers.</summary>
internal sealed class SeccompArchitecture
{
    /// <summary>What the kernel adds to the numbers of x32, to tell them from those of x86-64: both say AUDIT_ARCH_X86_64.</summary>
    public const uint X32Bit = 0x40000000;

    /// <summary>From here on ARM has a few calls of its own, far behind the others.</summary>
    public const uint FirstPrivateNumber = 0xf0000;

    private readonly Func<Dictionary<string, int>> _read;
    private Dictionary<string, int>? _numbers;

    private SeccompArchitecture(string name, uint audit, bool wide, uint bit, Func<Dictionary<string, int>> read)
    {
        Name = name;
        Audit = audit;
        IsWide = wide;
        Bit = bit;
        _read = read;
    }

    public string Name { get; }

    /// <summary>AUDIT_ARCH_*, the <c>arch</c> of struct seccomp_data.</summary>
    public uint Audit { get; }

    /// <summary>Arguments have 64 bits; else the low 32 count.</summary>
    public bool IsWide { get; }

    /// <summary>Set in every number, beside what the table says.</summary>
    public uint Bit { get; }

    public static SeccompArchitecture X86_64 { get; } =
        new("SCMP_ARCH_X86_64", 0xc000003e, true, 0, () => SystemCallTable.Read(X86_64Calls.Text));
    public static SeccompArchitecture X86 { get; } = new("SCMP_ARCH_X86", 0x40000003, false, 0, () => SystemCallTable.Read(X86Calls.Text));
    public static SeccompArchitecture X32 { get; } =
        new("SCMP_ARCH_X32", 0xc000003e, false, X32Bit, () => SystemCallTable.Read(X32Calls.Text));
    public static SeccompArchitecture Aarch64 { get; } =
        new("SCMP_ARCH_AARCH64", 0xc00000b7, true, 0, () => SystemCallTable.Read(Aarch64Calls.Text));
    public static SeccompArchitecture Arm { get; } = new("SCMP_ARCH_ARM", 0x40000028, false, 0, () => SystemCallTable.Read(ArmCalls.Text));

    public static SeccompArchitecture Native => Processor.IsArm64 ? Aarch64 : X86_64;

    /// <summary>Those that have a table, the native one first.</summary>
    public static IReadOnlyList<SeccompArchitecture> All { get; } = [X86_64, X86, X32, Aarch64, Arm];

    /// <summary>Those of the runtime-spec whose system calls no program can make on a machine that minirun runs on.</summary>
    public static IReadOnlyList<string> Elsewhere { get; } =
    [
        "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
        "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
        "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
    ];

    /// <summary>The architecture of that name; null for one of <see cref="Elsewhere"/>.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static SeccompArchitecture? Find(string name, string path)
    {
        foreach (SeccompArchitecture each in All)
            if (each.Name == name) return each;
        if (Elsewhere.Contains(name)) return null;
        throw new UserError($"{path}: unknown architecture '{name}'",
            "such as SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM");
    }

    /// <summary>The number of a system call; null when the architecture has none of that name.</summary>
    public uint? Number(string call)
    {
        _numbers ??= _read();
        return _numbers.TryGetValue(call, out int number) ? (uint)number | Bit : null;
    }

    /// <summary>The name of a number; null when the table has none.</summary>
    public string? Call(uint number)
    {
        foreach (var (name, each) in _numbers ??= _read())
            if (((uint)each | Bit) == number) return name;
        return null;
    }

    public IEnumerable<string> Calls => (_numbers ??= _read()).Keys;
}
