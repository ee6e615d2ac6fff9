using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>What our stdin, stdout or stderr is, as far as it matters to a container.</summary>
/// <param name="Mode">Type and permissions, as stat(2) has them.</param>
/// <param name="Uid">Whose it is.</param>
/// <param name="Gid">The same of its group.</param>
/// <param name="IsTerminal">It is the caller's terminal.</param>
/// <param name="IsNamelessSocket">It is a unix socket in the place of a pipe.</param>
public readonly record struct StandardStream(int Mode, uint Uid, uint Gid, bool IsTerminal, bool IsNamelessSocket)
{
    internal const string NotForDetached =
        "stdin, stdout or stderr is your terminal, which does not go into a process that outlives this command: it has /dev/null there";

    private const int Read = 4, Write = 2;
    private static readonly string[] s_names = ["stdin", "stdout", "stderr"];

    /// <summary>It is the null device, which holds nothing and has nobody waiting at its other end.</summary>
    public bool IsNull { get; init; }

    /// <summary>It is a socket that waits for connections, on which no byte ever comes or goes.</summary>
    public bool Listens { get; init; }

    /// <summary>
    /// Our stdin, stdout and stderr are something that can be read, or written. A command that has them says so itself; one that gets
    /// pipes of ours in their place, or a monitor's, would wait for ever, or see an empty input.
    /// </summary>
    /// <param name="host">Whose they are.</param>
    /// <param name="first">1: stdin stays out.</param>
    /// <exception cref="UserError">One of them is a directory, or a socket that waits for connections.</exception>
    internal static void Check(Host host, int first = 0)
    {
        for (int fd = first; fd < 3; fd++)
        {
            string what = fd == 0 ? "nothing can be read from it" : "nothing can be written to it";
            StandardStream stream = host.Stream(fd);
            if ((stream.Mode & sys_stat.S_IFMT) == sys_stat.S_IFDIR)
                throw new UserError($"{s_names[fd]} is a directory: {what}", "give a file, a pipe or /dev/null");
            if (stream.Listens)
                throw new UserError($"{s_names[fd]} is a socket that waits for connections: {what}",
                    "give one of its connections, or /dev/null; --preserve-fds and systemd's LISTEN_FDS pass such a socket on");
        }
    }

    /// <summary>
    /// Which of the three cannot go into a container as they are, a bit for each; it gets pipes of ours in their place, and minirun passes
    /// the bytes on. A terminal of the caller's never goes in: who holds it reads what is typed there later (CVE-2017-5226). Nor does a
    /// file or a device, which its owner inside could open anew by /proc/self/fd, to write what was given to be read, and change. A socket
    /// cannot be opened by the name /dev/stdout (open(2), ENXIO), and what belongs to another user than the command's may not be.
    /// </summary>
    /// <param name="host">Whose they are.</param>
    /// <param name="process">Who gets them.</param>
    /// <param name="uids">The id maps of its container.</param>
    /// <param name="gids">The same of groups.</param>
    /// <param name="joins">
    /// It joins a container that may keep it waiting in the kernel, where not even SIGKILL ends it (a FUSE server that does not answer):
    /// the caller's pipes would have a reader and a writer for as long.
    /// </param>
    public static int Relayed(Host host, OciProcess process, List<OciIdMapping>? uids, List<OciIdMapping>? gids, bool joins = false)
    {
        Check(host);
        if (process.Terminal) return 0;
        uint? uid = IdMap.ToOutside(uids, process.User.Uid), gid = IdMap.ToOutside(gids, process.User.Gid);
        int relayed = 0;
        for (int fd = 0; fd < 3; fd++)
        {
            StandardStream stream = host.Stream(fd);
            bool isRoots = process.User.Uid == 0 && (uids is null || IdMap.ToInside(uids, stream.Uid) is not null);
            bool passes = stream.GoesIn(joins) && (isRoots || stream.Allows(uid, gid, fd == 0 ? Read : Write));
            if (!passes) relayed |= 1 << fd;
        }
        return relayed;
    }

    /// <summary>The same for a bundle. Nobody is there to pass bytes on in the background: then a terminal only stays outside.</summary>
    public static int Relayed(Host host, OciProcess process, OciLinux linux, bool isForeground, bool joins = false)
    {
        if (process.Terminal && !isForeground) return 0;
        return isForeground ? Relayed(host, process, linux.UidMappings, linux.GidMappings, joins) : Terminals(host);
    }

    private static int Terminals(Host host)
    {
        int terminals = 0;
        for (int fd = 0; fd < 3; fd++)
            if (host.IsTerminal(fd)) terminals |= 1 << fd;
        return terminals;
    }

    private bool GoesIn(bool joins) => (Mode & sys_stat.S_IFMT) switch
    {
        // Nothing is known of it.
        0 => true,
        sys_stat.S_IFSOCK => !IsNamelessSocket,
        sys_stat.S_IFIFO => !joins,
        // There is nothing to pass on: fork-news finds it, and says what is wrong (check-root).
        sys_stat.S_IFDIR => !joins,
        _ => IsNull,
    };

    /// <summary>Whether a user may open it by a name such as /dev/stdout. A socket with a name is a connection: it goes in.</summary>
    private bool Allows(uint? uid, uint? gid, int access)
    {
        int permissions = uid == Uid ? Mode >> 6 : gid == Gid ? Mode >> 3 : Mode;
        return (Mode & sys_stat.S_IFMT) is sys_stat.S_IFSOCK or 0 || (permissions & access) != 0;
    }
}
