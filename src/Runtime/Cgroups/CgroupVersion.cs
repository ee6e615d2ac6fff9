namespace Minirun.Runtime.Cgroups;

/// <summary>Which cgroups this machine has.</summary>
public static class CgroupVersion
{
    /// <summary>2: that alone; 1: also the old ones; 0: none is mounted.</summary>
    public static int Here => Hierarchies.Read() switch { { IsUnified: true } => 2, { Unified: null, Old.Count: 0 } => 0, _ => 1 };
}
