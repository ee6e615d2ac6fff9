using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Networks;

/// <summary>A container's /etc/hosts: what is its own, then its peers. It is mounted, so it is written in place.</summary>
internal static class HostsFile
{
    private const string Marker = "# containers on the same network, kept by minirun";

    /// <summary>The container's own part; no peers.</summary>
    public static void Write(string path, IEnumerable<string> own) => Replace(path, string.Join('\n', own) + "\n", create: true);

    public static void WritePeers(string path, IEnumerable<string> peers)
    {
        if (AtomicFile.Read(path) is not { } bytes) return;
        string text = Encoding.UTF8.GetString(bytes);
        int at = text.IndexOf(Marker, StringComparison.Ordinal);
        string own = at < 0 ? text : text[..at], others = string.Join('\n', peers);
        Replace(path, others.Length == 0 ? own : $"{own}{Marker}\n{others}\n", create: false);
    }

    /// <summary>Who reads meanwhile never sees an empty file: first all is written, then the rest cut off.</summary>
    public static void Replace(string path, string text, bool create)
    {
        using Fd fd =
            Fd.TryOpen(path, fcntl.O_WRONLY | (create ? fcntl.O_CREAT : 0) | fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW, 0x1a4 /* 0644 */);
        if (!fd.IsOpen)
        {
            int errno = Io.Error;
            if (errno == Errno.ENOENT && !create) return;
            // Not waited for: the kernel would let a holder keep it for 45 s (/proc/sys/fs/lease-break-time).
            throw new LinuxException("open", errno, errno == Errno.EAGAIN ? path + " is held by a lease (fcntl(2), F_SETLEASE)" : path);
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Io.WriteAll(fd, bytes, path);
        LinuxException.Check(unistd.ftruncate(fd, bytes.Length), "ftruncate", path);
    }
}
