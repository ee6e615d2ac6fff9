using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Resctrl;

namespace Minirun.Runtime.State;

/// <summary>
/// The cgroups that a container is about to get, written down before they are made: whoever is killed between mkdir and the first
/// state.json leaves directories that nobody else knows of. Each line is a directory that was not there yet; one with a minus takes it
/// back, as another was faster. It is removed only when empty, which the kernel sees to, so nobody's processes are harmed.
/// </summary>
internal static unsafe class CgroupIntent
{
    /// <param name="file">Where it is written down.</param>
    /// <param name="paths">The directories.</param>
    /// <param name="isOurs">They are about to be made by us; false: another has made them.</param>
    public static void Note(string file, IReadOnlyCollection<string> paths, bool isOurs)
    {
        if (paths.Count == 0) return;
        int fd = (int)LinuxException.Check(
            fcntl.open(file, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC,
                0x180 /* 0600 */),
            "open", file);
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => (isOurs ? "" : "-") + path + "\n")));
        nint written;
        fixed (byte* start = lines) written = unistd.write(fd, start, lines.Length);
        int errno = written < 0 ? System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : Errno.ENOSPC;
        unistd.close(fd);
        if (written != lines.Length) throw new LinuxException("write", errno, file);
    }

    /// <summary>Of a container that has no state.json: its cgroups have no process, or none any more.</summary>
    /// <param name="text">Of the file.</param>
    /// <param name="id">The container's.</param>
    public static void Undo(byte[]? text, string id)
    {
        // Nothing but what is made here: whoever spoils the file must not have us remove other directories.
        foreach (string path in Paths(text))
            if (CgroupProof.MayBe(path) || (path.StartsWith('/') && ResctrlProof.IsOf(path, id))) CgroupFs.RemoveDirectory(path);
    }

    /// <summary>All directories that were made for the container.</summary>
    public static List<string> Paths(byte[]? text)
    {
        List<string> paths = [];
        if (text is null) return paths;
        // What follows the last line end was never written to its end, and nothing was made after it.
        string[] lines = Encoding.UTF8.GetString(text).Split('\n')[..^1];
        foreach (string line in lines)
            if (line.StartsWith('-')) paths.Remove(line[1..]);
            else paths.Add(line);
        return paths;
    }
}
