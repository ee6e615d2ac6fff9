using static Minirun.Linux.fcntl;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Linux.Calls;

/// <summary>
/// A way down through directories, of which the lowest are open: a tree may be deeper than a process may have descriptors. A directory
/// whose descriptor was given up is opened again through the ".." of the one below it, and has to be the very same one: whoever moves
/// directories meanwhile gets us to stop (ESTALE), never to go elsewhere.
/// </summary>
/// <param name="root">Where the way begins; stays open, and the caller's.</param>
public sealed class DirectoryChain(int root) : IDisposable
{
    /// <summary>Descriptors, besides the root's; fewer where the limit of open files is low. A copy has two ways.</summary>
    public const int MostOpen = 32;
    private static readonly int s_mostOpen = (int)Math.Clamp(((long)sys_resource.OpenFiles - 24) / 2, 2, MostOpen);

    private const int Closed = -1;
    private static readonly byte[] s_above = "..\0"u8.ToArray();
    private readonly List<(int Descriptor, (uint, uint, ulong) Identity)> _levels = [(root, default)];

    public int Current => _levels[^1].Descriptor;

    /// <summary>How far below the root.</summary>
    public int Depth => _levels.Count - 1;

    /// <summary>Goes down into a directory, and takes its descriptor over.</summary>
    public void Enter(int directory)
    {
        _levels.Add((directory, default));
        int give = _levels.Count - 1 - s_mostOpen;
        if (give <= 0 || _levels[give].Descriptor is not (>= 0 and var fd)) return;
        _levels[give] = (Closed, Entry.Identity(Entry.Status(fd)));
        unistd.close(fd);
    }

    /// <summary>The directory above the current one.</summary>
    /// <exception cref="LinuxException">It has been moved, or may not be opened.</exception>
    public int Above()
    {
        var (fd, identity) = _levels[^2];
        if (fd != Closed) return fd;
        unsafe
        {
            var how = new open_how { flags = (ulong)(O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
            fixed (byte* name = s_above) fd = (int)LinuxException.Check(openat2(Current, name, &how), "openat2", "..");
        }
        _levels[^2] = (fd, default);
        return Entry.Identity(Entry.Status(fd)) == identity
            ? fd
            : throw new LinuxException("openat2", Errno.ESTALE, "a directory that was moved meanwhile");
    }

    /// <summary>Goes back to the directory above.</summary>
    public void Leave()
    {
        Above();
        unistd.close(Current);
        _levels.RemoveAt(_levels.Count - 1);
    }

    public void Dispose()
    {
        for (int i = 1; i < _levels.Count; i++)
            if (_levels[i].Descriptor >= 0) unistd.close(_levels[i].Descriptor);
        _levels.RemoveRange(1, _levels.Count - 1);
    }
}
