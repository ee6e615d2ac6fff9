using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>A system call that failed: its name, errno and the path it was about (style: one type for the kernel).</summary>
public sealed class LinuxException(string call, int errno, string? path = null)
    : Exception(path is null ? $"{call}: {Errno.Describe(errno)}" : $"{path}: {call}: {Errno.Describe(errno)}")
{
    /// <summary>The system call, by its man-page name.</summary>
    public string Call { get; } = call;

    /// <summary>The error number, positive, as in errno(3).</summary>
    public int Number { get; } = errno;

    /// <summary>The path the call was about, when there is one.</summary>
    public string? Path { get; } = path;

    /// <summary>Passes a result that is not negative through; throws with errno otherwise.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static nint Check(nint result, string call, string? path = null) =>
        result >= 0 ? result : throw new LinuxException(call, Marshal.GetLastPInvokeError(), path);
}
