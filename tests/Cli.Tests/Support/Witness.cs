using Mono.Unix.Native;

namespace Minirun.Cli.Tests.Support;

/// <summary>What somebody else's bindings say of files that minirun made or copied (docs/decisions/0005).</summary>
internal static class Witness
{
    /// <summary>Owner, kind and mode, and how often it is named.</summary>
    public static (uint Uid, uint Gid, FilePermissions Mode, ulong Links) See(string path)
    {
        Stat stat = Status(path);
        return (stat.st_uid, stat.st_gid, stat.st_mode, stat.st_nlink);
    }

    /// <summary>Seconds and nanoseconds of its last change.</summary>
    public static (long, long) Changed(string path) => Status(path) is var stat ? (stat.st_mtime, stat.st_mtime_nsec) : default;

    /// <summary>False where the file system has no attributes for users.</summary>
    public static bool TryMark(string path, string name, byte[] value) => Syscall.setxattr(path, name, value) == 0;

    /// <summary>Null when it has none of that name.</summary>
    public static byte[]? Mark(string path, string name) => Syscall.getxattr(path, name, out byte[] value) < 0 ? null : value;

    public static int Number(Signum signal) => NativeConvert.FromSignum(signal);

    private static Stat Status(string path) =>
        Syscall.lstat(path, out Stat stat) == 0 ? stat : throw new IOException($"{path}: {Stdlib.GetLastError()}");
}
