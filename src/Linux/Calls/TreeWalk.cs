namespace Minirun.Linux.Calls;

/// <summary>
/// Goes through a directory tree that others may change meanwhile: by descriptor, one component at a time, following no symbolic link. The
/// tree may be of any depth; neither the stack nor the number of open descriptors grows with it.
/// </summary>
public abstract class TreeWalk
{
    /// <summary>An entry of an open directory.</summary>
    /// <returns>It, opened for reading and given away, when it is a directory to go into; else none that is open.</returns>
    protected abstract Fd Take(int directory, byte[] name);

    /// <summary>All that is in a directory has been taken.</summary>
    /// <param name="inside">The directory.</param>
    /// <param name="above">The one that it is in.</param>
    /// <param name="name">Its name in there, when we went into it.</param>
    protected virtual void Leave(int inside, int above, byte[] name)
    {
    }

    /// <summary>What is in a directory, in the order in which it is to be taken.</summary>
    protected virtual List<byte[]> List(int directory) => Entry.Names(directory);

    /// <summary>Takes all that is in a directory, which was opened for reading and stays open.</summary>
    /// <exception cref="LinuxException">The walk cannot go on.</exception>
    public void Run(int root)
    {
        Io.Seek(root, 0, unistd.SEEK_SET);
        using var chain = new DirectoryChain(root);
        var levels = new Stack<Level>();
        levels.Push(new([], List(root)));
        while (true)
        {
            Level level = levels.Peek();
            if (level.Next() is { } name)
            {
                Fd inside = Take(chain.Current, name);
                if (!inside.IsOpen) continue;
                chain.Enter(inside);
                levels.Push(new(name, List(inside)));
                continue;
            }
            levels.Pop();
            if (levels.Count == 0) return;
            Leave(chain.Current, chain.Above(), level.Name);
            chain.Leave();
        }
    }

    private sealed class Level(byte[] name, List<byte[]> names)
    {
        private int _at;

        public byte[] Name => name;

        public byte[]? Next() => _at < names.Count ? names[_at++] : null;
    }
}
