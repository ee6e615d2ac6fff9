using Minirun.Cli.Output;

namespace Minirun.Cli.ContainerFiles;

/// <summary>A piece of YAML and where it stands, counted from 1: a text, a list or a map.</summary>
internal sealed class FileNode(int line, int column)
{
    public int Line => line;

    public int Column => column;

    public string? Text { get; init; }

    /// <summary>Nothing, ~ or null, without quotes.</summary>
    public bool IsNull { get; init; }

    public List<FileNode>? Items { get; init; }

    public List<(FileNode Key, FileNode Value)>? Entries { get; init; }

    /// <summary>How many nodes it stands for when every alias is written out.</summary>
    public int Weight { get; init; } = 1;

    public FileNode? Find(string key) => Entries?.Find(entry => entry.Key.Text == key).Value;

    public UserErrorPlace In(string file) => new(file, line, column);
}
