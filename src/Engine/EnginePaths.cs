using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine;

/// <summary>Where the engine keeps what lives on: containers, volumes, networks. Files only; every command reads them anew.</summary>
public sealed class EnginePaths
{
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

    /// <exception cref="UserError">There is no directory for it.</exception>
    public static EnginePaths Default()
    {
        if (Environment.GetEnvironmentVariable("MINIRUN_ROOT") is { Length: > 0 } given)
            return Path.IsPathRooted(given) ? new(Path.TrimEndingDirectorySeparator(given), Path.Join(given, "run")) : throw new UserError($"MINIRUN_ROOT={given}: not an absolute path", "it is where containers are kept");
        if (unistd.geteuid() == 0) return new("/var/lib/minirun", "/run/minirun");
        string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME"), home = Environment.GetEnvironmentVariable("HOME"), runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        string root = Path.IsPathRooted(data) ? data + "/minirun"
            : Path.IsPathRooted(home) ? home + "/.local/share/minirun"
            : throw new UserError("no directory for containers: neither XDG_DATA_HOME nor HOME is set", "set HOME, or MINIRUN_ROOT=DIR");
        return new(root, Path.IsPathRooted(runtime) ? runtime + "/minirun" : root + "/run");
    }

    /// <summary>Those of somebody else, who knew them.</summary>
    internal static EnginePaths At(string root, string run) => new(root, run);

    /// <summary>Makes all directories, for their owner alone.</summary>
    public void Make()
    {
        // Others may pass: the users of a container are other users outside, and its root file system may be below.
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, pass = mine | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Root, pass);
        Directory.CreateDirectory(Containers, pass);
        Directory.CreateDirectory(Names, mine);
        Directory.CreateDirectory(Run, pass);
    }
}
