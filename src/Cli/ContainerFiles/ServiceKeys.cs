using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.ContainerFiles;

/// <summary>
/// What the keys of a container file are carried over with: to options, through the flags that mean the same, whose code checks the values.
/// </summary>
/// <param name="file">Its name, for what is said of it.</param>
/// <param name="options">Where they go.</param>
internal sealed class ServiceKeys(string file, RunRequest options)
{
    public RunRequest Options => options;

    /// <summary>Paths in a file are relative to the file's own directory, wherever minirun is called.</summary>
    public string Directory { get; } = Path.GetDirectoryName(CurrentDirectory.FullPath(file)) ?? "/";

    public UserError Error(FileNode at, string message, string hint) => at.In(file).Error(message, hint);

    /// <summary>A number, switch or text.</summary>
    public string Text(string key, FileNode node)
    {
        if (node.IsNull) throw Error(node, $"{key}: has no value", $"give one, or leave {key} out");
        return node.Text
            ?? throw Error(node, $"{key}: takes one value, not a {(node.Items is null ? "map" : "list")}", $"write {key}: VALUE");
    }

    /// <summary>A list of texts, or one text alone.</summary>
    public IEnumerable<FileNode> Texts(string key, FileNode node)
    {
        if (node.Entries is not null) throw Error(node, $"{key}: takes a list, not a map", "write one `- VALUE` a line below it");
        foreach (FileNode item in node.Items ?? [node])
        {
            Text(key, item);
            yield return item;
        }
    }

    public void Flag(string flag, string key, FileNode node) => Flag(flag, key, node, Text(key, node));

    public void Flag(string flag, string key, FileNode node, string value)
    {
        Flag row = RunFlags.Find(flag)!;
        if (row.Value is null && value is not ("true" or "false"))
            throw Error(node, $"{key}: '{value}' is neither true nor false", $"write {key}: true");
        Try(key, node, () =>
        {
            row.Put(options, value);
            return true;
        });
        Origins.Add(flag, key, value, node.In(file));
    }

    /// <summary>A flag for each of a list.</summary>
    public void Each(string flag, string key, FileNode node)
    {
        foreach (FileNode item in Texts(key, node)) Flag(flag, key, item);
    }

    /// <summary>Says where, when a value is refused.</summary>
    public T Try<T>(string key, FileNode node, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UserError error)
        {
            throw error.As(node.In(file).At($"{key}: {error.Message}"));
        }
    }

    public string FullPath(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) && stdlib.Variable("HOME") is { Length: > 0 } home
        ? home + path[1..]
        : Path.GetFullPath(path, Directory);
}
