using System.Text;
using Minirun.Plan;
using static Minirun.Linux.sys_mount;

namespace Minirun.Runtime.Mounts;

/// <summary>The options of an OCI mount, sorted into what the mount API takes: attributes, propagation and the file system's own.</summary>
public struct MountOptions
{
    /// <summary>Every option that is known by name, in order, for <c>features</c>.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            string[] names = Array.ConvertAll(MountOptionTable.All, option => option.Name);
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
    }

    /// <summary>MOUNT_ATTR_ flags to set and to clear.</summary>
    public long Set;
    public long Clear;

    /// <summary>The same for the whole tree.</summary>
    public long TreeSet;
    public long TreeClear;

    /// <summary>MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE or 0.</summary>
    public long Propagation;
    public bool PropagationRecursive;
    public bool IsBind;
    public bool Recursive;
    public bool IsRemount;
    public bool CopiesUp;
    public bool IsIdMapped;
    public bool IdMapRecursive;
    public bool CopiesSymlink;
    public bool SourceNoFollow;
    public bool TargetNoFollow;

    /// <summary>Options of the file system, each closed by a zero.</summary>
    public string Data;

    /// <summary>Words for the super block, each closed by a zero.</summary>
    public string SuperBlock;

    /// <summary>All that mount_setattr(2) changes.</summary>
    public readonly MountChange Change =>
        new() { Set = Set, Clear = Clear, TreeSet = TreeSet, TreeClear = TreeClear, Propagation = Propagation };

    /// <summary>Sorts options; what is no mount option belongs to the file system.</summary>
    public static MountOptions Parse(List<string> options)
    {
        MountOptions result = default;
        result.SuperBlock = "";
        StringBuilder? data = null;
        foreach (string option in options)
            if (option.Length > 0 && !result.Take(option)) (data ??= new StringBuilder()).Append(option).Append('\0');
        result.Data = data?.ToString() ?? "";
        return result;
    }

    /// <summary>The MS_ flag of a propagation's name, and whether it goes to the whole tree; 0 when it is none.</summary>
    public static (long Flag, bool Recursive) PropagationOf(string name)
    {
        foreach (MountOption option in MountOptionTable.All)
            if (option.Kind == MountOptionKind.Propagation && option.Name == name) return (option.Flag, option.Recursive);
        return (0, false);
    }

    private bool Take(string name)
    {
        foreach (MountOption option in MountOptionTable.All)
        {
            if (option.Name != name) continue;
            Take(option);
            return true;
        }
        return false;
    }

    private void Take(MountOption option)
    {
        switch (option.Kind)
        {
            case MountOptionKind.Set when option.Recursive: TreeSet |= option.Flag; TreeClear &= ~option.Flag; break;
            case MountOptionKind.Set: Set |= option.Flag; Clear &= ~option.Flag; break;
            case MountOptionKind.Clear when option.Recursive: TreeSet &= ~option.Flag; TreeClear |= option.Flag; break;
            case MountOptionKind.Clear: Set &= ~option.Flag; Clear |= option.Flag; break;
            // The access-time modes are one field, not flags: mount_setattr wants the field cleared before one is set.
            case MountOptionKind.AccessTime when option.Recursive:
                TreeSet = TreeSet & ~MOUNT_ATTR__ATIME | option.Flag;
                TreeClear |= MOUNT_ATTR__ATIME;
                break;
            case MountOptionKind.AccessTime: Set = Set & ~MOUNT_ATTR__ATIME | option.Flag; Clear |= MOUNT_ATTR__ATIME; break;
            case MountOptionKind.Propagation: Propagation = option.Flag; PropagationRecursive = option.Recursive; break;
            case MountOptionKind.SuperBlock: SuperBlock += option.Name + "\0"; break;
            case MountOptionKind.Bind: IsBind = true; Recursive |= option.Recursive; break;
            case MountOptionKind.Remount: IsRemount = true; break;
            case MountOptionKind.CopyUp: CopiesUp = true; break;
            case MountOptionKind.IdMap: IsIdMapped = true; IdMapRecursive |= option.Recursive; break;
            case MountOptionKind.CopySymlink: CopiesSymlink = true; break;
            case MountOptionKind.SourceNoFollow: SourceNoFollow = true; break;
            case MountOptionKind.TargetNoFollow: TargetNoFollow = true; break;
        }
    }
}
