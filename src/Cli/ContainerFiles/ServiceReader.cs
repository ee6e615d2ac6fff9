using Minirun.Cli.CommandLine;

namespace Minirun.Cli.ContainerFiles;

/// <summary>Carries the keys of a file over to options.</summary>
/// <param name="file">Its name, for what is said of it.</param>
/// <param name="options">Where they go.</param>
/// <param name="forAll">It is for every container: what says which one, and what puts it into the background, is refused.</param>
internal sealed class ServiceReader(string file, RunRequest options, bool forAll)
{
    private readonly ServiceKeys _keys = new(file, options);

    public void Apply(FileNode root)
    {
        if (root.IsNull) return;
        if (root.Entries is not { } entries)
            throw _keys.Error(root, "not a map of keys", "such as `rootfs: ./busybox`; see docs/container-file.md");
        // What a file of variables says is what environment may change, wherever the keys stand.
        foreach (var (key, value) in entries.OrderBy(entry => entry.Key.Text != "env_file"))
            Apply(key, key.Text!, value);
    }

    private void Apply(FileNode key, string name, FileNode value)
    {
        if (name.StartsWith("x-", StringComparison.Ordinal)) return;
        if (FileKeys.Find(name) is not { } known) throw _keys.Error(key, OtherKeys.Refuse(name, out string hint), hint);
        bool ofOne = forAll && name is ("rootfs" or "command" or "entrypoint");
        if (!ofOne) known.Take(_keys, name, value);
        // What makes a container live on is not for every one either.
        if (ofOne || (forAll && options.IsMonitored))
            throw _keys.Error(key, $"{name}: not in user defaults, which are for every container",
                "put it into a file for --file, or on the command line");
    }
}
