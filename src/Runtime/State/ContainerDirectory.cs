using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec.Json;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Runtime.State;

/// <summary>
/// One container's directory: state.json, a copy of its configuration, and the lock on which its first process waits to be started.
/// Who changes anything holds the lock, which is on the directory itself and ends with its holder. Who only reads needs none: files are
/// replaced, never written into.
/// </summary>
public sealed unsafe class ContainerDirectory(string id, string path) : IDisposable
{
    private const uint OwnerOnly = 0x180 /* 0600 */;
    private int _lock = -1;

    public string Id { get; } = id;
    public string Path { get; } = path;
    /// <summary>
    /// The container's first process holds an OFD write lock on it until execve closes it. A FIFO by runc's name: no file of the host, with
    /// content and a place among others, is open in a container that was created.
    /// </summary>
    public string InitLockPath => Path + "/exec.fifo";

    /// <summary>Where the container's first process listens for its start. Nobody listens once it has executed its command.</summary>
    public string StartSocketPath => Path + "/start.sock";
    private string ConfigPath => Path + "/config.json";
    private string InitPath => Path + "/init";
    private string HostRootPath => Path + "/host-root";
    private string CgroupIntentPath => Path + "/cgroup.intent";
    internal string StatePath => Path + "/state.json";

    /// <summary>Waits for whoever changes the container now.</summary>
    /// <exception cref="UserError">It was deleted meanwhile.</exception>
    public void Lock()
    {
        if (!TryLock(LockWait.Patience)) throw LockWait.Busy("container " + Id, Path);
    }

    /// <summary>False when another holds it all the time.</summary>
    /// <exception cref="UserError">It was deleted meanwhile.</exception>
    public bool TryLock(int milliseconds)
    {
        int fd = open(Path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) throw Gone("open");
        bool held = false;
        try
        {
            held = LockWait.Try(fd, Path, milliseconds);
        }
        finally
        {
            if (!held) unistd.close(fd);
        }
        if (!held) return false;
        _lock = fd;
        if (IsSame(fd)) return true;
        Unlock();
        throw UserError.AsRunc(StateStore.NotThere);
    }

    public void Unlock()
    {
        if (_lock >= 0) unistd.close(_lock);
        _lock = -1;
    }

    public void Dispose() => Unlock();

    /// <summary>Whether somebody changes the container at this moment.</summary>
    public bool IsBeingChanged()
    {
        if (_lock >= 0) return true;
        int fd = open(Path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return false;
        bool held = sys_file.flock(fd, sys_file.LOCK_SH | sys_file.LOCK_NB) < 0;
        unistd.close(fd);
        return held;
    }

    /// <summary>Whether the container's first process still waits to be started.</summary>
    public bool InitWaits()
    {
        int fd = open(InitLockPath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return false;
        flock question = new() { l_type = F_WRLCK };
        bool held = fcntl_(fd, F_OFD_GETLK, (nint)(&question)) == 0 && question.l_type != F_UNLCK;
        unistd.close(fd);
        return held;
    }

    /// <summary>A descriptor whose lock says that the first process waits, as long as anybody has it open.</summary>
    public int HoldInitLock()
    {
        LinuxException.Check(mkfifo(InitLockPath, OwnerOnly), "mkfifo", InitLockPath);
        int fd = (int)LinuxException.Check(open(InitLockPath, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC), "open", InitLockPath);
        flock wanted = new() { l_type = F_WRLCK };
        LinuxException.Check(fcntl_(fd, F_OFD_SETLK, (nint)(&wanted)), "fcntl(F_OFD_SETLK)", InitLockPath);
        return fd;
    }

    /// <summary>Which process is the container's first: beside state.json, for when that is lost.</summary>
    public void NoteInit(int pid, ulong startTime)
    {
        int fd = open(InitPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, OwnerOnly);
        if (fd < 0) return;
        byte[] text = Encoding.ASCII.GetBytes($"{Id} {pid} {startTime}\n");
        // What cannot be written is missed only when the state is lost, too.
        fixed (byte* start = text) unistd.write(fd, start, text.Length);
        unistd.close(fd);
    }

    /// <summary>What <see cref="NoteInit"/> has written; null when it was not, or cannot be read.</summary>
    public (int Pid, ulong StartTime)? ReadInit()
    {
        try
        {
            string[] words = ReadFile(InitPath) is { } bytes ? Encoding.ASCII.GetString(bytes).Split(' ') : [];
            return words is [var id, var first, var second] && id == Id
                && int.TryParse(first, out int pid) && ulong.TryParse(second.TrimEnd('\n'), out ulong time) ? (pid, time) : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>What is mounted for it on the host: beside state.json, for when that is lost, and before it is mounted.</summary>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public void NoteHostRoot(HostRootState root, string rootfs) =>
        WriteFile(HostRootPath, KernelText.Encode($"{Id} {root.Mount} {root.Inode} {rootfs}"));

    /// <summary>What <see cref="NoteHostRoot"/> has written; null when it was not, or cannot be read.</summary>
    public (HostRootState Root, string Rootfs)? ReadHostRoot()
    {
        try
        {
            string[] words = ReadFile(HostRootPath) is { } bytes ? KernelText.Decode(bytes).Split(' ', 4) : [];
            return words is [var id, var first, var second, var rootfs] && id == Id
                && ulong.TryParse(first, out ulong mount) && ulong.TryParse(second, out ulong inode)
                ? (new HostRootState { Mount = mount, Inode = inode }, rootfs)
                : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>Null when the container was not made to its end.</summary>
    /// <exception cref="UserError">The file is no state, or another container's.</exception>
    public ContainerRecord? Read()
    {
        string hint = $"minirun-oci delete --force {Id} removes it";
        try
        {
            if (ReadFile(StatePath) is not { } bytes) return null;
            ContainerRecord record = StateFile.Read(bytes);
            if (record.Id == Id) return record;
            throw new UserError($"{StatePath}: it is the state of another container, {record.Id}",
                $"minirun-oci delete --force {Id} removes this one");
        }
        catch (LinuxException error)
        {
            throw new UserError(error.Message, hint);
        }
        catch (JsonException error)
        {
            throw new UserError($"{StatePath}: not a container's state: {JsonProblem.Why(error)}", hint);
        }
    }

    /// <summary>Replaces state.json in one step. The caller holds the lock.</summary>
    public void Write(ContainerRecord record) => WriteFile(StatePath, StateFile.Write(record));

    /// <summary>Keeps a copy of the configuration. The caller holds the lock.</summary>
    public void WriteConfig(ReadOnlySpan<byte> json) => WriteFile(ConfigPath, json);

    /// <summary>The configuration that was kept, which is known to be good; null when there is none.</summary>
    public byte[]? ReadConfig() => ReadFile(ConfigPath);

    /// <summary>Cgroups are about to be made, or another has made them meanwhile.</summary>
    public void Intend(IReadOnlyCollection<string> cgroups, bool isOurs) => CgroupIntent.Note(CgroupIntentPath, cgroups, isOurs);

    /// <summary>The cgroups that were made for it.</summary>
    internal List<string> IntendedCgroups() => CgroupIntent.Paths(ReadIntent()).FindAll(Cgroups.CgroupProof.MayBe);

    /// <summary>Removes a container that was never made to its end. The caller holds the lock.</summary>
    public void Abandon()
    {
        CgroupIntent.Undo(ReadIntent(), Id);
        Delete();
    }

    /// <summary>One that is spoilt says nothing, and is removed with the rest.</summary>
    private byte[]? ReadIntent()
    {
        try
        {
            return ReadFile(CgroupIntentPath);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>
    /// Removes all of it, the state last read first: what is left after a crash is a container that was never made to its end.
    /// </summary>
    public void Delete()
    {
        string[] files = [StatePath, ConfigPath, InitPath, HostRootPath, CgroupIntentPath, InitLockPath, StartSocketPath];
        foreach (string file in files) unistd.unlink(file);
        if (unistd.rmdir(Path) < 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT) TreeRemoval.Remove(Path);
        Unlock();
    }

    private static byte[]? ReadFile(string path) => RegularFile.Read(path);

    private static void WriteFile(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + ".new";
        int fd =
            (int)LinuxException.Check(open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, OwnerOnly), "open", temporary);
        nint written;
        fixed (byte* start = bytes) written = unistd.write(fd, start, bytes.Length);
        int errno = written < 0 ? Marshal.GetLastPInvokeError() : Errno.ENOSPC;
        unistd.close(fd);
        if (written != bytes.Length) throw new LinuxException("write", errno, temporary);
        LinuxException.Check(unistd.rename(temporary, path), "rename", path);
    }

    /// <summary>Whether the path still leads to the directory that was opened.</summary>
    private bool IsSame(int fd)
    {
        statx held, seen;
        return statx_(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &held) == 0
            && statx_(AT_FDCWD, Path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &seen) == 0
            && held.stx_ino == seen.stx_ino && held.stx_dev_major == seen.stx_dev_major && held.stx_dev_minor == seen.stx_dev_minor;
    }

    private Exception Gone(string call)
    {
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? UserError.AsRunc(StateStore.NotThere) : new LinuxException(call, errno, Path);
    }
}
