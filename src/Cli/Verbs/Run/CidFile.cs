using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Run;

/// <summary>
/// --cidfile: a new file, made before anything else is, with the container's id in it. It is removed again unless there is such a
/// container.
/// </summary>
internal sealed class CidFile : IDisposable
{
    private const uint Mode = 0x1a4 /* 0644 */;
    private readonly string _path;
    private readonly Fd _fd;
    private bool _isKept;

    private CidFile(string path, Fd fd) => (_path, _fd) = (path, fd);

    /// <summary>Null where none is wanted.</summary>
    /// <exception cref="UserError">It is there already, or cannot be made.</exception>
    public static CidFile? Make(string? path)
    {
        if (path is null) return null;
        Fd fd = Fd.TryOpen(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_EXCL, Mode);
        if (fd.IsOpen)
        {
            // Whatever the caller's umask takes away.
            Inode.SetMode(fd, Mode);
            return new CidFile(path, fd);
        }
        int errno = Io.Error;
        string hint = errno == Errno.EEXIST ? "another container wrote it: remove it if that has ended" : "check the directory";
        throw new UserError($"--cidfile {path}: {Errno.Describe(errno)}", hint);
    }

    /// <exception cref="UserError">It cannot be written.</exception>
    public void Write(string id)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(id);
        if (Io.Write(_fd, bytes) != bytes.Length)
            throw new UserError($"--cidfile {_path}: {Errno.Describe(Io.Error)}", "is the disk full?");
    }

    /// <summary>There is a container of that id.</summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        _fd.Dispose();
        if (!_isKept) unistd.unlink(_path);
    }
}
