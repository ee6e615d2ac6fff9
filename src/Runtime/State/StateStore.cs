using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_stat;

namespace Minirun.Runtime.State;

/// <summary>The states of all containers below one root: a directory each.</summary>
public sealed unsafe class StateStore(string root)
{
    public const string NotThere = "container does not exist";
    private const uint OwnerOnly = 0x1c0 /* 0700 */, StickyOwnerOnly = 0x3c0 /* 01700 */, MayPass = 0x1c9 /* 0711 */;

    /// <summary>A new container's directory, locked. That it can be made is what makes the id ours.</summary>
    /// <exception cref="UserError">The id is no id, or taken.</exception>
    public ContainerDirectory Create(string id)
    {
        ContainerId.Check(id);
        if (!CheckRoot()) MakeRoot();
        string path = Path.Combine(root, id);
        // Others may pass: a process in the container, who is another user outside, reaches what the engine puts there for it.
        if (mkdir(path, MayPass) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EEXIST)
                throw new UserError("container with given ID already exists", $"choose another id, or delete it: {path}");
            throw new LinuxException("mkdir", errno, path);
        }
        var directory = new ContainerDirectory(id, path);
        try
        {
            directory.Lock();
        }
        catch (LinuxException)
        {
            // No descriptor for it: an id that is taken for nothing. Only empty does it go.
            unistd.rmdir(path);
            throw;
        }
        return directory;
    }

    /// <exception cref="UserError">There is none of that id.</exception>
    public ContainerDirectory Open(string id) => Find(id) ?? throw UserError.AsRunc(NotThere);

    /// <summary>Null when there is none of that id.</summary>
    public ContainerDirectory? Find(string id)
    {
        ContainerId.Check(id);
        if (!CheckRoot()) return null;
        string path = Path.Combine(root, id);
        statx status;
        return statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & S_IFMT) == S_IFDIR
            ? new ContainerDirectory(id, path)
            : null;
    }

    /// <summary>The ids of all, sorted.</summary>
    public List<string> Ids()
    {
        List<string> ids = [];
        if (!CheckRoot()) return ids;
        try
        {
            foreach (string path in Directory.EnumerateDirectories(root))
                if (Path.GetFileName(path) is { } name && name[0] != '.') ids.Add(name);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException("opendir", Errno.EACCES, root);
        }
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>
    /// False when there is no root. What is said in state.json is believed and acted on, so nobody else may be able to write it.
    /// </summary>
    private bool CheckRoot()
    {
        statx status;
        if (statx_(fcntl.AT_FDCWD, root, 0, STATX_BASIC_STATS, &status) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Errno.ENOENT ? false : throw new LinuxException("statx", errno, root);
        }
        OwnDirectory.Check(root, "--root");
        return true;
    }

    private void MakeRoot()
    {
        // Parents as runc makes them: closed.
        for (int slash = root.IndexOf('/', 1); slash > 0; slash = root.IndexOf('/', slash + 1)) Make(root[..slash]);
        Make(root);
        // The bit that keeps programs which tidy up $XDG_RUNTIME_DIR away (XDG base directory specification).
        string? runtime = stdlib.Variable("XDG_RUNTIME_DIR");
        if (!string.IsNullOrEmpty(runtime) && root.StartsWith(runtime + "/", StringComparison.Ordinal)) chmod(root, StickyOwnerOnly);
        CheckRoot();
    }

    private static void Make(string path)
    {
        if (mkdir(path, OwnerOnly) == 0) return;
        int errno = Marshal.GetLastPInvokeError();
        statx status;
        // On a read-only or foreign parent an existing directory gives EROFS or EACCES, too.
        if (errno != Errno.EEXIST && statx_(fcntl.AT_FDCWD, path, 0, STATX_BASIC_STATS, &status) < 0)
            throw new LinuxException("mkdir", errno, path);
    }
}
