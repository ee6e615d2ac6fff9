using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Goes through a cgroup and all below it, which the container may have made: of any depth, so that no path reaches the lowest (PATH_MAX),
/// and with names of any bytes. Who moves or removes some meanwhile ends the walk early; who must not miss one walks again.
/// </summary>
internal sealed class CgroupWalk : TreeWalk
{
    private const int AtRemoveDirectory = 0x200;   // AT_REMOVEDIR
    private readonly Action<int>? _visit;

    private CgroupWalk(Action<int>? visit) => _visit = visit;

    /// <summary>Visits the directory and all below it, each before those in it, by its descriptor.</summary>
    public static void Visit(string directory, Action<int> visit) => Run(directory, new CgroupWalk(visit));

    /// <summary>Removes what is below it, as far as nobody is in there.</summary>
    public static void RemoveBelow(string directory) => Run(directory, new CgroupWalk(null));

    protected override Fd Take(int directory, byte[] name) => Entry.TryOpen(directory, name, fcntl.O_RDONLY | fcntl.O_DIRECTORY);

    protected override List<byte[]> List(int directory)
    {
        _visit?.Invoke(directory);
        // Two links, and one for each directory in it: most have none, and some twenty files.
        return Entry.Status(directory).stx_nlink > 2 ? Entry.Names(directory) : [];
    }

    protected override void Leave(int inside, int above, byte[] name)
    {
        if (_visit is null) Entry.TryCall(sys_syscall.SYS_unlinkat, above, name, AtRemoveDirectory);
    }

    private static void Run(string directory, CgroupWalk walk)
    {
        int root = fcntl.open(directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC);
        if (root < 0) return;
        try
        {
            walk.Run(root);
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ENODEV or Errno.ESTALE)
        {
            // Somebody removes it while we look.
        }
        finally
        {
            unistd.close(root);
        }
    }
}
