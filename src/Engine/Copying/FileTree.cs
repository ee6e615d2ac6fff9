using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Copying;

/// <summary>
/// The host's files, or a container's: of one that runs as it sees them itself, else those of its root file system. No link leads out of
/// it.
/// </summary>
public sealed class FileTree : IDisposable
{
    private readonly Fd? _root;
    private readonly string _name;

    private FileTree(Fd? root, string name, IdView ids) => (_root, _name, Ids) = (root, name, ids);

    /// <summary>Whom it knows by which number.</summary>
    public IdView Ids { get; }

    public bool IsContainers => _root is not null;

    /// <summary>Ours; paths are those of our working directory.</summary>
    public static FileTree Host() => new(null, "", IdView.Same);

    /// <exception cref="UserError">It cannot be entered.</exception>
    public static FileTree Of(EngineContainer container)
    {
        ContainerState state = container.State();
        string path = state.Pid > 0 ? ProcessIdentity.Directory(state.Pid) + "/root" : container.Config.Rootfs;
        Fd root = Fd.Open(path, O_PATH | O_DIRECTORY);
        try
        {
            // Between the two it may have ended, and its pid may be somebody else's.
            if (state.Pid > 0 && !EngineContainer.IsAlive(state))
                throw new UserError($"container {container.Config.Name} ended just now", "try again");
            OciLinux linux = Bundle.Read(container.Directory).Linux;
            return new FileTree(root, container.Config.Name + ":", new IdView(linux.UidMappings, linux.GidMappings));
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>An O_PATH descriptor; not open when there is nothing.</summary>
    /// <exception cref="LinuxException">It may not be looked at.</exception>
    public Fd Open(string path, bool follow)
    {
        int flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
        Fd fd = _root is null ? Fd.TryOpen(path, flags) : new Fd(RootReader.OpenInside(_root, path, flags | O_CLOEXEC, refuses: true));
        if (!fd.IsOpen) return Io.Error == Errno.ENOENT ? fd : throw new LinuxException("open", Io.Error, _name + path);
        // A link of the container's, or a mount, may lead there; what the container may not do with it, we could.
        if (_root is null || !KernelFiles.Have(fd)) return fd;
        fd.Dispose();
        throw new UserError($"cp: {_name}{path} is the kernel's, not a file of the container",
            $"minirun exec {_name.TrimEnd(':')} … does there what the container may do");
    }

    /// <summary>
    /// Until it is disposed of, new files belong to the container's root from the beginning, where we are root ourselves.
    /// </summary>
    public IDisposable? MakeFiles()
    {
        var (uid, gid) = Ids.Outside(0, 0);
        return IsContainers && unistd.geteuid() == 0 && (uid, gid) != (0u, 0u) ? new FileMaker(uid, gid) : null;
    }

    public void Dispose() => _root?.Dispose();
}
