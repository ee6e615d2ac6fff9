namespace Minirun.Cli.ContainerFiles;

/// <summary>rootfs, command, entrypoint.</summary>
internal static class CommandKeys
{
    public static void Rootfs(ServiceKeys reader, string key, FileNode node)
    {
        string text = reader.Text(key, node), path = reader.FullPath(text);
        if (text.Length == 0 || !System.IO.Directory.Exists(path))
            throw reader.Error(node, $"{key}: no such directory: {path}", "it is relative to the directory of the file");
        reader.Options.Rootfs = path;
    }

    public static void Command(ServiceKeys reader, string key, FileNode node) => reader.Options.Command = Words(reader, key, node);

    public static void Entrypoint(ServiceKeys reader, string key, FileNode node) => reader.Options.Entrypoint = Words(reader, key, node);

    /// <summary>A text is split as a shell does, a list is taken as it is; nothing stands for nothing, as in compose.</summary>
    private static List<string> Words(ServiceKeys reader, string key, FileNode node)
    {
        if (node.IsNull) return [];
        if (node.Text is not { } text) return [.. reader.Texts(key, node).Select(item => item.Text!)];
        return ShellWords.Split(text)
            ?? throw reader.Error(node, $"{key}: a quote or backslash is not closed", "close it, or write a list: [sh, -c, \"…\"]");
    }
}
