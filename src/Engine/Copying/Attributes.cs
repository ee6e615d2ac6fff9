using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Copying;

/// <summary>
/// Extended attributes that a copy keeps, where its file system can: the users', access lists, and the capabilities of programs. The file
/// system's own (trusted.overlay.*, labels) are not the file's.
/// </summary>
internal static class Attributes
{
    private const int Longest = 65536;

    public static void Copy(int source, int target)
    {
        string from = Entry.Link(source), to = Entry.Link(target);
        byte[] names = new byte[Longest];
        int length = Xattr.List(from, names);
        if (length <= 0) return;
        byte[] value = new byte[Longest];
        foreach (string name in KernelText.Decode(names.AsSpan(0, length)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            if (name.StartsWith("user.", StringComparison.Ordinal) || name.StartsWith("system.posix_acl_", StringComparison.Ordinal)
                || name == "security.capability")
                if (Xattr.Get(from, name, value) is >= 0 and var size)
                    Xattr.Set(to, name, value.AsSpan(0, size));
    }
}
