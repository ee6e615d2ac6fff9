using System.Runtime.InteropServices;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Tests.Security.Seccomp;

/// <summary>
/// The oracle: programs made by libseccomp (Debian: libseccomp2), fed as runc feeds it. Loaded when asked for; nothing of minirun knows it.
/// </summary>
internal static unsafe partial class LibSeccomp
{
    private const string Library = "libseccomp.so.2";

    public static string? Missing { get; } =
        NativeLibrary.TryLoad(Library, out _) ? null : "libseccomp is not installed (Debian: libseccomp2)";

    /// <summary>Whether it knows the name at all: a system call newer than the library it leaves out.</summary>
    public static bool Knows(string call) => seccomp_syscall_resolve_name(call) != -1;

    /// <summary>The name of a number; null when it knows none.</summary>
    public static string? Name(uint architecture, int number)
    {
        nint text = seccomp_syscall_resolve_num_arch(Token(architecture, number), number);
        return text == 0 ? null : Marshal.PtrToStringUTF8(text);
    }

    public static byte[] Compile(OciSeccomp profile)
    {
        uint otherwise = Action(profile.DefaultAction, profile.DefaultErrnoRet);
        nint context = seccomp_init(otherwise);
        try
        {
            foreach (string name in profile.Architectures)
            {
                int added = seccomp_arch_add(context, seccomp_arch_resolve_name(name["SCMP_ARCH_".Length..].ToLowerInvariant()));
                if (added is not (0 or -17)) throw new InvalidOperationException($"seccomp_arch_add {name}: {added}");
            }
            foreach (OciSyscall rule in profile.Syscalls) Add(context, rule, otherwise);
            return Export(context);
        }
        finally
        {
            seccomp_release(context);
        }
    }

    private static void Add(nint context, OciSyscall rule, uint otherwise)
    {
        uint action = Action(rule.Action, rule.ErrnoRet);
        if (action == otherwise) return;
        Compare[] all = [
            .. rule.Args.Select(
                arg => new Compare { Argument = arg.Index, Operator = Operator(arg.Op), First = arg.Value, Second = arg.ValueTwo })];
        bool twice = all.Select(each => each.Argument).Distinct().Count() < all.Length;
        foreach (string name in rule.Names)
        {
            int number = seccomp_syscall_resolve_name(name);
            if (number == -1) continue;
            foreach (Compare[] compares in twice ? all.Select(each => new[] { each }) : [all])
                fixed (Compare* first = compares)
                {
                    int added = seccomp_rule_add_array(context, action, number, (uint)compares.Length, first);
                    if (added is not (0 or -17)) throw new InvalidOperationException($"seccomp_rule_add_array {name}: {added}");
                }
        }
    }

    private static byte[] Export(nint context)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
            {
                int exported = seccomp_export_bpf(context, (int)file.SafeFileHandle.DangerousGetHandle());
                if (exported != 0) throw new InvalidOperationException($"seccomp_export_bpf: {exported}");
            }
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static uint Token(uint architecture, int number) =>
        architecture == 0xc000003e && (number & 0x40000000) != 0 ? 0x4000003e : architecture;

    private static uint Action(string name, uint? errno) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x80000000,
        "SCMP_ACT_TRAP" => 0x00030000,
        "SCMP_ACT_ERRNO" => 0x00050000 | (errno ?? 1),
        "SCMP_ACT_TRACE" => 0x7ff00000 | (errno ?? 1),
        "SCMP_ACT_NOTIFY" => 0x7fc00000,
        "SCMP_ACT_LOG" => 0x7ffc0000,
        _ => 0x7fff0000,
    };

    private static int Operator(string name) => name switch
    {
        "SCMP_CMP_NE" => 1,
        "SCMP_CMP_LT" => 2,
        "SCMP_CMP_LE" => 3,
        "SCMP_CMP_EQ" => 4,
        "SCMP_CMP_GE" => 5,
        "SCMP_CMP_GT" => 6,
        _ => 7,
    };

    [LibraryImport(Library)] private static partial nint seccomp_init(uint action);
    [LibraryImport(Library)] private static partial void seccomp_release(nint context);
    [LibraryImport(Library)] private static partial int seccomp_arch_add(nint context, uint token);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial uint seccomp_arch_resolve_name(string name);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name(string name);
    [LibraryImport(Library)] private static partial nint seccomp_syscall_resolve_num_arch(uint token, int number);
    [LibraryImport(Library)]
    private static partial int seccomp_rule_add_array(nint context, uint action, int number, uint count, Compare* compares);
    [LibraryImport(Library)] private static partial int seccomp_export_bpf(nint context, int fd);

    /// <summary>struct scmp_arg_cmp.</summary>
    private struct Compare
    {
        public uint Argument;
        public int Operator;
        public ulong First;
        public ulong Second;
    }
}
