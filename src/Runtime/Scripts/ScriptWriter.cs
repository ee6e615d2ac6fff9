using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Linux;

namespace Minirun.Runtime.Scripts;

/// <summary>Writes a <see cref="ChildScript"/> into memory that the collector does not move, and runs it.</summary>
internal sealed unsafe class ScriptWriter : IDisposable
{
    private const int StackSize = 65536;

    private readonly List<RawCall> _calls = new(16);
    private readonly List<nint> _memory = new(16);
    private readonly long[] _registers = new long[RawCall.Registers];
    private int* _shared;

    public void Dispose()
    {
        foreach (nint block in _memory) NativeMemory.Free((void*)block);
        if (_shared != null) sys_mman.munmap(_shared, sizeof(int));
    }

    /// <summary>A number that the child can write and we can read, also when it has a copy of our memory.</summary>
    public int* Shared
    {
        get
        {
            if (_shared != null) return _shared;
            nint page = sys_mman.mmap(null, sizeof(int), sys_mman.PROT_READ | sys_mman.PROT_WRITE,
                sys_mman.MAP_SHARED | sys_mman.MAP_ANONYMOUS, -1, 0);
            _shared = (int*)LinuxException.Check(page, "mmap");
            return _shared;
        }
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

    public long Text(string text) => Bytes(KernelText.EncodeName(text));

    public long Bytes(ReadOnlySpan<byte> bytes)
    {
        byte* copy = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return (long)copy;
    }

    /// <summary>All calls so far are of a child whose end is waited for: it must not wait for us after a failure.</summary>
    public void EndAtOnce()
    {
        foreach (ref RawCall call in CollectionsMarshal.AsSpan(_calls)) call.EndsAtOnce = true;
    }

    /// <summary>An argv or envp: pointers, closed by a null.</summary>
    public long Array(params ReadOnlySpan<string> texts)
    {
        long* array = (long*)Allocate((texts.Length + 1) * sizeof(long));
        for (int i = 0; i < texts.Length; i++) array[i] = Text(texts[i]);
        array[texts.Length] = 0;
        return (long)array;
    }

    /// <summary>
    /// Clones a child with the given namespaces that carries out the calls. It shares our memory until it executes, which spares copying
    /// the page tables: this object must live until then. The pidfd is close-on-exec, as the kernel makes it.
    /// </summary>
    /// <param name="namespaces">CLONE_NEW* flags.</param>
    /// <param name="reportFd">Where the child reports.</param>
    /// <param name="mode">What it reports.</param>
    /// <param name="copy">Give the child a copy of the memory: one that changes its user would take our dumpable flag away with its
    /// own.</param>
    /// <param name="cgroupFd">The directory of a cgroup v2 to start the child in; it gets a copy of the memory then.</param>
    /// <exception cref="LinuxException">clone failed.</exception>
    public (int Pid, int PidFd) Clone(ulong namespaces, int reportFd, PlanMode mode, bool copy = false, int cgroupFd = -1)
    {
        var script = (ChildScript*)Allocate(sizeof(ChildScript));
        *script = new ChildScript
        {
            Syscall = (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)RawSystemCall.Address,
            Errno = RawSystemCall.Errno,
            Count = _calls.Count,
            Calls = (RawCall*)Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_calls))),
            ReportFd = reportFd,
            Mode = mode,
        };
        for (int i = 0; i < RawCall.Registers; i++) script->Registers[i] = _registers[i];
        int pidfd = -1;
        if (cgroupFd >= 0) return CloneInto(cgroupFd, namespaces, script, &pidfd);
        int flags = unchecked((int)(namespaces | sched.CLONE_PIDFD | (copy ? 0 : sched.CLONE_VM) | signal.SIGCHLD));
        byte* stack = Allocate(StackSize) + StackSize;
        int pid = sched.clone(ChildScript.Entry, (void*)((nint)stack & ~15), flags, script, &pidfd, null, null);
        LinuxException.Check(pid, "clone");
        return (pid, pidfd);
    }

    /// <summary>
    /// Only clone3 knows cgroups. The child comes back from it like from fork(2), on our stack, so it cannot share our memory.
    /// </summary>
    private static (int Pid, int PidFd) CloneInto(int cgroupFd, ulong namespaces, ChildScript* script, int* pidfd)
    {
        _ = ChildScript.Entry;   // compiled before, not in the child
        var arguments = new clone_args
        {
            flags = namespaces | sched.CLONE_PIDFD | sched.CLONE_INTO_CGROUP,
            pidfd = (ulong)pidfd,
            exit_signal = signal.SIGCHLD,
            cgroup = (ulong)cgroupFd,
        };
        nint pid = script->Syscall(sys_syscall.SYS_clone3, (nint)(&arguments), sizeof(clone_args), 0, 0, 0, 0);
        if (pid == 0) ChildScript.Run(script);
        if (pid < 0) throw new LinuxException("clone3", *script->Errno);
        return ((int)pid, *pidfd);
    }

    private byte* Allocate(int size)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)size);
        _memory.Add((nint)block);
        return block;
    }
}
