namespace Minirun.Linux;

/// <summary>
/// Where we stand, which can be nowhere: a directory can be deleted under whoever works in it. Paths that begin with / do not care, so it
/// is asked for only when a path does not.
/// </summary>
public static class CurrentDirectory
{
    /// <exception cref="LinuxException">It was deleted, or a directory above it may not be read (getcwd(3)).</exception>
    public static string Path => TryPath ?? throw new LinuxException("getcwd", Errno.ENOENT, "the current directory");

    /// <summary>Null when there is none.</summary>
    public static string? TryPath
    {
        get
        {
            try
            {
                // .NET's text has lost what is not UTF-8.
                return Environment.CurrentDirectory is var text && text.Contains('\uFFFD')
                    ? ProcFile.ReadLink("/proc/self/cwd") ?? text
                    : text;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>The path without . and .., from / on.</summary>
    /// <exception cref="LinuxException">It is relative, and there is no current directory.</exception>
    public static string FullPath(string path) =>
        System.IO.Path.IsPathRooted(path) ? System.IO.Path.GetFullPath(path) : System.IO.Path.GetFullPath(path, Path);
}
