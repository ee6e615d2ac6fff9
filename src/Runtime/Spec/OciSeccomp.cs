namespace Minirun.Runtime.Spec;

/// <summary><c>linux.seccomp</c>: which system calls the container may make, in the words of the runtime-spec.</summary>
/// <remarks>JSON <c>null</c> in place of a list is as good as an empty list: several engines write it.</remarks>
public sealed class OciSeccomp
{
    public string DefaultAction { get; set; } = "";
    public uint? DefaultErrnoRet { get; set; }
    public List<string> Architectures { get; set => field = value ?? []; } = [];
    public List<string> Flags { get; set => field = value ?? []; } = [];
    public string? ListenerPath { get; set; }
    public string? ListenerMetadata { get; set; }
    public List<OciSyscall> Syscalls { get; set => field = value ?? []; } = [];
}

public sealed class OciSyscall
{
    public List<string> Names { get; set => field = value ?? []; } = [];
    public string Action { get; set; } = "";
    public uint? ErrnoRet { get; set; }
    public List<OciSeccompArg> Args { get; set => field = value ?? []; } = [];
}

public sealed class OciSeccompArg
{
    public uint Index { get; set; }
    public ulong Value { get; set; }
    public ulong ValueTwo { get; set; }
    public string Op { get; set; } = "";
}
