using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions and constants of &lt;sys/inotify.h&gt;: inotify(7).</summary>
public static partial class sys_inotify
{
    public const int IN_MODIFY = 2;
    public const int IN_MOVED_TO = 0x80;
    public const int IN_CREATE = 0x100;
    public const int IN_CLOEXEC = 0x80000;
    public const int IN_NONBLOCK = 0x800;

    [LibraryImport("libc", SetLastError = true)] public static partial int inotify_init1(int flags);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int inotify_add_watch(int fd, string path, uint mask);
}
