using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>&lt;sys/xattr.h&gt;: getxattr(2), listxattr(2), setxattr(2).</summary>
public static unsafe partial class sys_xattr
{
    /// <summary>With size 0: how long the value is.</summary>
    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial nint getxattr(string path, string name, void* value, nint size);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial nint listxattr(string path, void* list, nint size);

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int setxattr(string path, string name, void* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true)] public static partial nint flistxattr(int fd, byte* list, nint size);
    [LibraryImport("libc", SetLastError = true)] public static partial nint fgetxattr(int fd, byte* name, void* value, nint size);
    [LibraryImport("libc", SetLastError = true)] public static partial int fsetxattr(int fd, byte* name, void* value, nint size, int flags);
}
