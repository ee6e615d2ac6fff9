using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>Functions of &lt;unistd.h&gt;, &lt;sys/wait.h&gt; and &lt;grp.h&gt;.</summary>
public static unsafe partial class unistd
{
    public const int F_OK = 0;
    public const int SEEK_SET = 0;
    public const int SEEK_CUR = 1;
    public const int SEEK_END = 2;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;
    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int R_OK = 4;
    public const int WNOHANG = 1;

    public static nint read(int fd, void* buffer, nint count) => (nint)(long)LibC.read(fd, buffer, (size_t)(ulong)count);
    public static nint write(int fd, void* buffer, nint count) => (nint)(long)LibC.write(fd, buffer, (size_t)(ulong)count);
    public static nint pread(int fd, void* buffer, nint count, long offset) =>
        (nint)(long)LibC.pread(fd, buffer, (size_t)(ulong)count, offset);
    public static nint pwrite(int fd, void* buffer, nint count, long offset) =>
        (nint)(long)LibC.pwrite(fd, buffer, (size_t)(ulong)count, offset);
    public static int ftruncate(int fd, long length) => LibC.ftruncate(fd, length);
    public static int close(int fd) => LibC.close(fd);
    public static int pipe2(int* fds, int flags) => LibC.pipe2(fds, flags);
    public static uint getuid() => LibC.getuid();
    public static uint getgid() => LibC.getgid();
    public static uint geteuid() => LibC.geteuid();
    public static uint getegid() => LibC.getegid();
    public static int getpid() => LibC.getpid();
    public static int getpgrp() => LibC.getpgrp();
    public static int isatty(int fd) => LibC.isatty(fd);
    public static int getgroups(int size, uint* list) => LibC.getgroups(size, (gid_t*)list);
    public static void _exit(int status) => LibC._exit(status);

    public static int linkat(int from, byte* name, int to, byte* newName, int flags) => LibC.linkat(from, name, to, newName, flags);

    [LibraryImport("libc", SetLastError = true)] public static partial int wait4(int pid, int* status, int options, rusage* rusage);

    public static nint readlink(string path, byte* buffer, nint size)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return (nint)(long)LibC.readlink(pathText.Bytes, buffer, (size_t)(ulong)size);
    }

    public static int unlink(string path)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.unlink(pathText.Bytes);
    }

    public static int rmdir(string path)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.rmdir(pathText.Bytes);
    }

    public static int symlink(string target, string path)
    {
        using var targetText = new NativeText(target, stackalloc byte[NativeText.BufferSize]);
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.symlink(targetText.Bytes, pathText.Bytes);
    }

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int rename(string from, string to);

    public static int chown(string path, uint owner, uint group)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.chown(pathText.Bytes, owner, group);
    }
}
