using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions of &lt;unistd.h&gt;, &lt;sys/wait.h&gt; and &lt;grp.h&gt;.</summary>
public static unsafe partial class unistd
{
    public const int F_OK = 0;
    public const int SEEK_CUR = 1;
    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int R_OK = 4;
    public const int WNOHANG = 1;

    [LibraryImport("libc", SetLastError = true)] public static partial nint read(int fd, void* buffer, nint count);
    [LibraryImport("libc", SetLastError = true)] public static partial nint write(int fd, void* buffer, nint count);
    [LibraryImport("libc", SetLastError = true)] public static partial nint pread(int fd, void* buffer, nint count, long offset);
    [LibraryImport("libc", SetLastError = true)] public static partial nint pwrite(int fd, void* buffer, nint count, long offset);
    [LibraryImport("libc", SetLastError = true)] public static partial int ftruncate(int fd, long length);
    [LibraryImport("libc", SetLastError = true)] public static partial int close(int fd);
    [LibraryImport("libc", SetLastError = true)] public static partial int pipe2(int* fds, int flags);
    [LibraryImport("libc")] public static partial uint getuid();
    [LibraryImport("libc")] public static partial uint getgid();
    [LibraryImport("libc")] public static partial uint geteuid();
    [LibraryImport("libc")] public static partial uint getegid();
    [LibraryImport("libc")] public static partial int getpid();
    [LibraryImport("libc")] public static partial int getpgrp();
    [LibraryImport("libc")] public static partial int isatty(int fd);
    [LibraryImport("libc", SetLastError = true)] public static partial int getgroups(int size, uint* list);
    [LibraryImport("libc")] public static partial void _exit(int status);

    [LibraryImport("libc", SetLastError = true)] public static partial int linkat(int from, byte* name, int to, byte* newName, int flags);

    [LibraryImport("libc", SetLastError = true)] public static partial int wait4(int pid, int* status, int options, rusage* rusage);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial nint readlink(string path, byte* buffer, nint size);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int unlink(string path);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int rmdir(string path);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int symlink(string target, string path);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int rename(string from, string to);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int chown(string path, uint owner, uint group);
}
