using System.Runtime.InteropServices;
using System.Text;
using Minirun.Init;
using Minirun.Linux;

namespace Minirun.Runtime.Launch;

/// <summary>Writes a <see cref="ChildScript"/> into memory that the collector does not move, and runs it.</summary>
internal sealed unsafe class ScriptWriter : IDisposable
{
    private readonly List<RawCall> _calls = new(16);
    private readonly List<nint> _memory = new(16);
    private readonly Dictionary<int, long> _registers = [];

    public void Dispose()
    {
        foreach (nint block in _memory) NativeMemory.Free((void*)block);
    }

    /// <summary>A register's value before the first call.</summary>
    public void Set(int register, long value) => _registers[register] = value;

    public ref RawCall Add(int op, int number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0)
    {
        bool first = _calls.Count == 0 || _calls[^1].Op != op;
        if (!first) CollectionsMarshal.AsSpan(_calls)[^1].Last = false;
        var call = new RawCall { Number = number, Op = op, Keep = -1, First = first, Last = true };
        call.Arguments[0] = a;
        call.Arguments[1] = b;
        call.Arguments[2] = c;
        call.Arguments[3] = d;
        call.Arguments[4] = e;
        _calls.Add(call);
        return ref CollectionsMarshal.AsSpan(_calls)[^1];
    }

    public long Text(string text) => Bytes(Encoding.UTF8.GetBytes(text + '\0'));

    public long Bytes(ReadOnlySpan<byte> bytes)
    {
        byte* copy = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return (long)copy;
    }

    /// <summary>An argv or envp: pointers, closed by a null.</summary>
    public long Array(params ReadOnlySpan<string> texts)
    {
        long* array = (long*)Allocate((texts.Length + 1) * sizeof(long));
        for (int i = 0; i < texts.Length; i++) array[i] = Text(texts[i]);
        array[texts.Length] = 0;
        return (long)array;
    }

    /// <summary>Clones a child with the given namespaces that carries out the calls. The pidfd is close-on-exec, as the kernel makes it.</summary>
    /// <exception cref="LinuxException">clone3 failed.</exception>
    public (int Pid, int PidFd) Clone(ulong namespaces, int reportFd, PlanMode mode)
    {
        int pidfd = -1;
        var arguments = new clone_args { flags = namespaces | sched.CLONE_PIDFD, exit_signal = signal.SIGCHLD, pidfd = (ulong)&pidfd };
        var script = new ChildScript
        {
            CloneArguments = &arguments,
            Syscall = (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)RawSystemCall.Address,
            Errno = RawSystemCall.Errno,
            Count = _calls.Count,
            ReportFd = reportFd,
            Mode = mode,
        };
        foreach (var (register, value) in _registers) script.Registers[register] = value;
        fixed (RawCall* calls = CollectionsMarshal.AsSpan(_calls))
        {
            script.Calls = calls;
            nint pid = ChildScript.Run(&script);
            if (pid < 0) throw new LinuxException("clone3", *script.Errno);
            return ((int)pid, pidfd);
        }
    }

    private byte* Allocate(int size)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)size);
        _memory.Add((nint)block);
        return block;
    }
}
