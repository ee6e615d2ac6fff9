namespace Minirun.Linux.Calls;

/// <summary>Extended attributes of what a path leads to (xattr(7)).</summary>
public static unsafe class Xattr
{
    /// <summary>Their names, each with a zero behind: how many bytes; below 0: they cannot be read.</summary>
    public static int List(string path, Span<byte> names)
    {
        fixed (byte* start = names) return (int)sys_xattr.listxattr(path, start, names.Length);
    }

    /// <summary>How long its value is; below 0: there is none, or it cannot be read.</summary>
    public static int Get(string path, string name, Span<byte> value)
    {
        fixed (byte* start = value) return (int)sys_xattr.getxattr(path, name, start, value.Length);
    }

    /// <summary>False when the file cannot have it.</summary>
    public static bool Set(string path, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value) return sys_xattr.setxattr(path, name, start, value.Length, 0) == 0;
    }
}
