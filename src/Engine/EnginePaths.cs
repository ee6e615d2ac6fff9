using System.Globalization;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.State;

namespace Minirun.Engine;

/// <summary>Where the engine keeps what lives on: containers, volumes, networks. Files only; every command reads them anew.</summary>
public sealed class EnginePaths
{
    /// <summary>Those that say where containers are kept.</summary>
    private static readonly string[] s_variables = ["MINIRUN_ROOT", "XDG_DATA_HOME", "HOME", "XDG_RUNTIME_DIR"];

    private EnginePaths(string root, string run) => (Root, Run) = (root, run);

    /// <summary>$MINIRUN_ROOT; else /var/lib/minirun, or a user's $XDG_DATA_HOME/minirun.</summary>
    public string Root { get; }

    /// <summary>What is gone with the machine's next start: the states of the runtimes.</summary>
    public string Run { get; }

    public string Containers => Root + "/containers";

    /// <summary>A symbolic link a name, to the id: making it is taking the name.</summary>
    public string Names => Root + "/names";
    public string Volumes => Root + "/volumes";

    /// <summary>What `minirun why` knows of containers that are removed.</summary>
    public string Graveyard => Root + "/graveyard";
    public string Networks => Root + "/networks";

    /// <exception cref="UserError">There is no directory for it, or somebody else can write there.</exception>
    public static EnginePaths Default()
    {
        string? given = stdlib.Variable("MINIRUN_ROOT");
        if (given is { Length: > 0 })
            return Path.IsPathRooted(given)
                ? Trusted(new(Path.TrimEndingDirectorySeparator(given), Path.Join(given, "run")), "MINIRUN_ROOT", "MINIRUN_ROOT")
                : throw new UserError($"MINIRUN_ROOT={given}: not an absolute path", "it is where containers are kept");
        if (unistd.geteuid() == 0 && HasMachine()) return Trusted(new("/var/lib/minirun", "/run/minirun"), "MINIRUN_ROOT", "MINIRUN_ROOT");
        string? data = stdlib.Variable("XDG_DATA_HOME"), home = stdlib.Variable("HOME"), runtime = stdlib.Variable("XDG_RUNTIME_DIR");
        string root = Path.IsPathRooted(data) ? data + "/minirun"
            : Path.IsPathRooted(home) ? home + "/.local/share/minirun"
            : throw new UserError("no directory for containers: neither XDG_DATA_HOME nor HOME is set", "set HOME, or MINIRUN_ROOT=DIR");
        string? ownRun = RuntimeDirectory(runtime);
        string byRoot = Path.IsPathRooted(data) ? "XDG_DATA_HOME" : "HOME", byRun = ownRun is null ? byRoot : "XDG_RUNTIME_DIR";
        return Trusted(new(root, ownRun is null ? root + "/run" : ownRun + "/minirun"), byRoot, byRun);
    }

    /// <summary>
    /// Whether the machine's directories are root's as we see it: who only seems to be root, as after `unshare -r`, is an ordinary user
    /// there.
    /// </summary>
    private static bool HasMachine() =>
        IdMap.IsInitial || !FileStatus.TryRead("/var/lib", out statx status) || status.stx_uid == 0;

    /// <summary>
    /// $XDG_RUNTIME_DIR; but after `su` it may be somebody else's, and then it is the one that we have of our own, if we do (XDG base
    /// directory specification: it must be owned by the user).
    /// </summary>
    private static string? RuntimeDirectory(string? given)
    {
        if (!Path.IsPathRooted(given)) return null;
        if (OwnedDirectory.IsOurs(given)) return given;
        string own = "/run/user/" + unistd.geteuid().ToString(CultureInfo.InvariantCulture);
        return OwnedDirectory.IsOurs(own) ? own : null;
    }

    /// <summary>Hooks and programs are named in there: nobody else may have written any of it.</summary>
    private static EnginePaths Trusted(EnginePaths paths, string root, string run)
    {
        foreach (string path in (string[])[paths.Root, paths.Containers, paths.Names, paths.Volumes, paths.Networks, paths.Graveyard])
            OwnDirectory.Check(path, root);
        OwnDirectory.Check(paths.Run, run);
        return paths;
    }

    /// <summary>Those of somebody else, who knew them.</summary>
    internal static EnginePaths At(string root, string run) => new(root, run);

    /// <summary>Makes all directories.</summary>
    public void Make()
    {
        try
        {
            MakeClosed(Root);
            MakeClosed(Containers);
            MakeClosed(Names);
            OwnDirectory.Make(Run, Open);
        }
        catch (LinuxException error) when (error.Path is { } path)
        {
            throw new UserError($"cannot make {path}: {Errno.Describe(error.Number)}", Hint(path));
        }
    }

    private static string Hint(string path)
    {
        string variables = string.Join(", ",
            s_variables.Where(name => stdlib.Variable(name) is { Length: > 0 } value && path.StartsWith(value, StringComparison.Ordinal)));
        return variables is not ("" or "MINIRUN_ROOT")
            ? $"{variables} names it: set that, or MINIRUN_ROOT, to a directory that you may write to"
            : "set MINIRUN_ROOT to a directory that you may write to";
    }

    private const uint Closed = 0x1c0 /* 0700 */, Open = 0x1c9 /* 0711 */;

    /// <summary>
    /// Makes a directory that is closed to everybody else: a program with a set-user-ID bit that a container has written below it would run
    /// for whoever reaches it. Processes of a container with ids of its own pass nevertheless, since fork-news opens what it mounts before
    /// it takes them.
    /// </summary>
    internal static void MakeClosed(string path)
    {
        OwnDirectory.Make(path, Closed);
        // Earlier versions left it open to those who pass.
        bool wasOurs = FileStatus.TryRead(path, out statx status) && (status.stx_mode & 0xfff) == Open;
        if (wasOurs && status.stx_uid == unistd.geteuid()) _ = sys_stat.chmod(path, Closed);
    }
}
