namespace Minirun.Runtime.Cgroups;

/// <summary>A mounted hierarchy of cgroups.</summary>
/// <param name="Mount">Where it is mounted.</param>
/// <param name="Own">Our own cgroup in it, below the mount point: / or /a/b.</param>
internal sealed record Hierarchy(string Mount, string Own)
{
    public string At(string path) => path == "/" ? Mount : Mount + path;
}
