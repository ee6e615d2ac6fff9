using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>Where plugins make themselves known: sockets first, then descriptions.</summary>
internal sealed class PluginDirectories(string[] sockets, string[] descriptions)
{
    /// <summary>Docker's directories; before them those of $MINIRUN_PLUGIN_PATH and of a user.</summary>
    public static PluginDirectories OfThisMachine()
    {
        List<string> own = [];
        foreach (string directory in (stdlib.Variable("MINIRUN_PLUGIN_PATH") ?? "").Split(':'))
            if (directory.StartsWith('/')) own.Add(directory);
        if (unistd.geteuid() != 0 && stdlib.Variable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime) own.Add(runtime + "/docker/plugins");
        return new([.. own, "/run/docker/plugins"], [.. own, "/etc/docker/plugins", "/usr/lib/docker/plugins"]);
    }

    /// <summary>As <see cref="Find"/>; one that is about to start is waited for.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public PluginAddress Await(string name, double patience)
    {
        var retry = new PluginRetry(patience);
        do
        {
            if (Find(name) is { } address) return address;
        } while (retry.Wait());
        throw new UserError($"volume driver {name}: plugin not found",
            $"a socket {sockets[^1]}/{name}.sock, or {name}.spec or {name}.json in {string.Join(" or ", descriptions)}");
    }

    /// <summary>Null when there is none just now.</summary>
    public PluginAddress? Find(string name)
    {
        // Its name is a file's name.
        if (name.Length == 0 || name.Contains('/') || name[0] == '.')
            throw new UserError($"--driver '{name}' is not the name of a driver", "local, or a plugin's name");
        foreach (string directory in sockets)
            foreach (string path in (string[])[$"{directory}/{name}.sock", $"{directory}/{name}/{name}.sock"])
                if (IsSocket(path)) return PluginAddress.Socket(path);
        foreach (string directory in descriptions)
            foreach (string path in (string[])[$"{directory}/{name}.spec", $"{directory}/{name}.json", $"{directory}/{name}/{name}.spec",
                $"{directory}/{name}/{name}.json"])
                if (File.Exists(path)) return PluginAddress.OfFile(path);
        return null;
    }

    public SortedSet<string> Names()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string directory in (string[])[.. sockets, .. descriptions])
            if (Directory.Exists(directory))
                foreach (string path in Directory.EnumerateFileSystemEntries(directory))
                    if (Path.GetExtension(path) is ".sock" or ".spec" or ".json") names.Add(Path.GetFileNameWithoutExtension(path));
                    else if (Directory.Exists(path)) names.Add(Path.GetFileName(path));
        return names;
    }

    private static bool IsSocket(string path) =>
        FileStatus.TryRead(path, out statx status) && (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFSOCK;
}
