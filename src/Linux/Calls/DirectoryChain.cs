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

    private static readonly byte[] s_above = "..\0"u8.ToArray();
    private readonly List<(Fd Directory, (uint, uint, ulong) Identity)> _levels = [(new Fd(root), default)];

    public int Current => _levels[^1].Directory;

    /// <summary>How far below the root.</summary>
    public int Depth => _levels.Count - 1;

    /// <summary>Goes down into a directory, and takes its descriptor over.</summary>
    public void Enter(Fd directory)
    {
        _levels.Add((directory, default));
        int give = _levels.Count - 1 - s_mostOpen;
        if (give <= 0 || _levels[give].Directory is not { IsOpen: true } above) return;
        _levels[give] = (above, Entry.Identity(Entry.Status(above)));
        above.Dispose();
    }

    /// <summary>The directory above the current one.</summary>
    /// <exception cref="LinuxException">It has been moved, or may not be opened.</exception>
    public int Above()
    {
        var (directory, identity) = _levels[^2];
        if (directory.IsOpen) return directory;
        unsafe
        {
            var how = new open_how { flags = (ulong)(O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
            fixed (byte* name = s_above) directory = Fd.Check(openat2(Current, name, &how), "openat2", "..");
        }
        _levels[^2] = (directory, default);
        return Entry.Identity(Entry.Status(directory)) == identity
            ? directory
            : throw new LinuxException("openat2", Errno.ESTALE, "a directory that was moved meanwhile");
    }

    /// <summary>Goes back to the directory above.</summary>
    public void Leave()
    {
        Above();
        _levels[^1].Directory.Dispose();
        _levels.RemoveAt(_levels.Count - 1);
    }

    public void Dispose()
    {
        for (int i = 1; i < _levels.Count; i++) _levels[i].Directory.Dispose();
        _levels.RemoveRange(1, _levels.Count - 1);
    }
}
