using System.Text.Json;
using static Minirun.Runtime.Spec.Json.JsonMembers;

namespace Minirun.Runtime.Spec.Json;

/// <summary>linux.seccomp, for <see cref="ConfigReader"/>: most of a configuration's text.</summary>
internal static class SeccompReader
{
    public static OciSeccomp? Read(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var seccomp = new OciSeccomp();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "defaultAction": seccomp.DefaultAction = Text(ref json)!; break;
                case "defaultErrnoRet": seccomp.DefaultErrnoRet = MaybeId(ref json); break;
                case "architectures": seccomp.Architectures = Texts(ref json)!; break;
                case "flags": seccomp.Flags = Texts(ref json)!; break;
                case "listenerPath": seccomp.ListenerPath = Text(ref json); break;
                case "listenerMetadata": seccomp.ListenerMetadata = Text(ref json); break;
                case "syscalls": seccomp.Syscalls = Objects(ref json, Syscall)!; break;
                default: json.Skip(); break;
            }
        return seccomp;
    }

    private static OciSyscall Syscall(ref Utf8JsonReader json)
    {
        var rule = new OciSyscall();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "names": rule.Names = Texts(ref json)!; break;
                case "action": rule.Action = Text(ref json)!; break;
                case "errnoRet": rule.ErrnoRet = MaybeId(ref json); break;
                case "args": rule.Args = Objects(ref json, Argument)!; break;
                default: json.Skip(); break;
            }
        return rule;
    }

    private static OciSeccompArg Argument(ref Utf8JsonReader json)
    {
        var argument = new OciSeccompArg();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "index": argument.Index = Id(ref json); break;
                case "value": argument.Value = Number(ref json); break;
                case "valueTwo": argument.ValueTwo = Number(ref json); break;
                case "op": argument.Op = Text(ref json)!; break;
                default: json.Skip(); break;
            }
        return argument;
    }
}
