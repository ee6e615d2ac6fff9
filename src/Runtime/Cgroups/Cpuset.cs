namespace Minirun.Runtime.Cgroups;

/// <summary>In version 1 a new cpuset has neither processors nor memory nodes, and no process can enter it.</summary>
internal static class Cpuset
{
    /// <summary>Takes from the parent what is empty.</summary>
    public static void Inherit(string directory)
    {
        foreach (string file in (ReadOnlySpan<string>)["/cpuset.cpus", "/cpuset.mems"])
            if (CgroupFs.Read(directory + file) is { } text && text.AsSpan().Trim().Length == 0
                && CgroupFs.Read(directory[..directory.LastIndexOf('/')] + file) is { } parent)
                CgroupFs.Write(directory + file, parent.Trim());
    }
}
