namespace Minirun.Cli.ContainerFiles;

/// <summary>environment and env_file.</summary>
internal static class EnvironmentKeys
{
    /// <summary>NAME: VALUE, or a list of NAME=VALUE; NAME alone passes the caller's value on.</summary>
    public static void Environment(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Entries is null)
        {
            foreach (FileNode item in reader.Texts(key, node)) Add(reader, key, item, item.Text!.Split('=')[0], item.Text);
            return;
        }
        foreach (var (name, value) in node.Entries)
        {
            if (name.Text!.Contains('='))
                throw reader.Error(name, $"{key}: '{name.Text}' is not the name of a variable", "write NAME: VALUE");
            Add(reader, key, name, name.Text, value.IsNull ? name.Text : $"{name.Text}={reader.Text($"{key}: {name.Text}", value)}");
        }
    }

    public static void Files(ServiceKeys reader, string key, FileNode node)
    {
        foreach (FileNode item in reader.Texts(key, node)) reader.Flag("--env-file", key, item, reader.FullPath(item.Text!));
    }

    private static void Add(ServiceKeys reader, string key, FileNode at, string name, string entry)
    {
        if (name.Length == 0 || name.Any(char.IsWhiteSpace))
            throw reader.Error(at, $"{key}: '{name}' is not the name of a variable", "write NAME: VALUE, or a list of NAME=VALUE");
        reader.Flag("--env", key, at, entry);
    }
}
