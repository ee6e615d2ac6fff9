using System.Runtime.InteropServices;

namespace Minirun.Linux.Calls;

/// <summary>
/// A file descriptor with one owner, who closes it, once: an exception on the way loses none. Whoever only uses one takes an int, which
/// is what an owner is taken for in a call.
/// </summary>
public sealed class Fd : IDisposable
{
    private const int Closed = -1;

    /// <summary>No descriptor, where one may be missing.</summary>
    public static Fd None { get; } = new(Closed);

    /// <param name="number">An open descriptor, which is ours from now on; below 0: there is none.</param>
    public Fd(int number) => Number = number;

    /// <summary>Below 0 when it is closed, or has another owner.</summary>
    public int Number { get; private set; }

    /// <summary>Whether there is one.</summary>
    public bool IsOpen => Number >= 0;

    public static implicit operator int(Fd fd) => fd.Number;

    /// <summary>Owns what a call gave.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static Fd Check(nint result, string call, string? path = null) => new((int)LinuxException.Check(result, call, path));

    /// <summary>open(2), with O_CLOEXEC.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static Fd Open(string path, int flags, uint mode = 0) =>
        Check(fcntl.open(path, flags | fcntl.O_CLOEXEC, mode), "open", path);

    /// <summary>The same; not open, with errno in <see cref="Io.Error"/>, when it cannot be opened.</summary>
    public static Fd TryOpen(string path, int flags, uint mode = 0) => new(fcntl.open(path, flags | fcntl.O_CLOEXEC, mode));

    /// <summary>What reads as nothing and forgets what is written: /dev/null.</summary>
    public static Fd OpenNothing() => Open("/dev/null", fcntl.O_RDWR);

    /// <summary>A file in memory without a name (memfd_create(2)), with MFD_CLOEXEC.</summary>
    public static Fd InMemory(string name) => Check(sys_mman.memfd_create(name, sys_mman.MFD_CLOEXEC), "memfd_create");

    /// <summary>Both ends of a pipe (pipe(7)), with O_CLOEXEC.</summary>
    public static unsafe (Fd Read, Fd Write) Pipe(int flags = 0)
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(unistd.pipe2(ends, fcntl.O_CLOEXEC | flags), "pipe2");
        return (new Fd(ends[0]), new Fd(ends[1]));
    }

    /// <summary>Gives it away: it is the caller's to close.</summary>
    public int Release()
    {
        int number = Number;
        Number = Closed;
        return number;
    }

    /// <summary>Closes it, if it is open. What the call before has said (<see cref="Io.Error"/>) is still to be read.</summary>
    public void Dispose()
    {
        if (Release() is not (>= 0 and var number)) return;
        int errno = Io.Error;
        // Also after EINTR it is closed (close(2)): a second call would close another's.
        unistd.close(number);
        Marshal.SetLastPInvokeError(errno);
    }
}
