namespace Minirun.Runtime.Cgroups;

/// <summary>A container's directory in one hierarchy, which is to be made.</summary>
/// <param name="mount">Where the hierarchy is mounted.</param>
/// <param name="path">Of the directory, from there on.</param>
internal sealed class CgroupDirectory(string mount, string path)
{
    public string Mount { get; } = mount;
    public string Path { get; } = path;
    public string Full { get; } = mount + path;

    /// <summary>Of version 1, or its name; version 2 has the empty one.</summary>
    public List<string> Controllers { get; } = [];

    /// <summary>Something was asked for that only this hierarchy can give.</summary>
    public bool Needed { get; set; }

    public bool IsThere { get; set; }
}
