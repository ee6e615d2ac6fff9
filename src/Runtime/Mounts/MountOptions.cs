using System.Text;
using static Minirun.Linux.sys_mount;

namespace Minirun.Runtime.Mounts;

/// <summary>The options of an OCI mount, sorted into what the mount API takes: attributes, propagation and the file system's own.</summary>
public struct MountOptions
{
    /// <summary>MOUNT_ATTR_ flags to set and to clear.</summary>
    public long Set;
    public long Clear;

    /// <summary>MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE or 0.</summary>
    public long Propagation;
    public bool IsBind;
    public bool Recursive;

    /// <summary>Attributes and propagation go to the whole tree.</summary>
    public bool AttributesRecursive;

    /// <summary>Options of the file system, each closed by a zero.</summary>
    public string Data;

    /// <summary>Sorts options; what is no mount option belongs to the file system.</summary>
    public static MountOptions Parse(List<string> options)
    {
        MountOptions result = default;
        StringBuilder? data = null;
        foreach (string option in options)
            if (!result.Take(option)) (data ??= new StringBuilder()).Append(option).Append('\0');
        result.Data = data?.ToString() ?? "";
        return result;
    }

    private bool Take(string option)
    {
        switch (option)
        {
            case "defaults" or "": return true;
            case "bind": IsBind = true; return true;
            case "rbind": IsBind = Recursive = true; return true;
            case "ro": return On(MOUNT_ATTR_RDONLY);
            case "rw": return Off(MOUNT_ATTR_RDONLY);
            case "rro": AttributesRecursive = true; return On(MOUNT_ATTR_RDONLY);
            case "nosuid": return On(MOUNT_ATTR_NOSUID);
            case "suid": return Off(MOUNT_ATTR_NOSUID);
            case "nodev": return On(MOUNT_ATTR_NODEV);
            case "dev": return Off(MOUNT_ATTR_NODEV);
            case "noexec": return On(MOUNT_ATTR_NOEXEC);
            case "exec": return Off(MOUNT_ATTR_NOEXEC);
            case "nosymfollow": return On(MOUNT_ATTR_NOSYMFOLLOW);
            case "nodiratime": return On(MOUNT_ATTR_NODIRATIME);
            case "diratime": return Off(MOUNT_ATTR_NODIRATIME);
            case "noatime": return Atime(MOUNT_ATTR_NOATIME);
            case "relatime": return Atime(MOUNT_ATTR_RELATIME);
            case "strictatime": return Atime(MOUNT_ATTR_STRICTATIME);
            case "private": Propagation = MS_PRIVATE; return true;
            case "rprivate": Propagation = MS_PRIVATE; return true;
            case "slave": Propagation = MS_SLAVE; return true;
            case "rslave": Propagation = MS_SLAVE; AttributesRecursive = true; return true;
            case "shared": Propagation = MS_SHARED; return true;
            case "rshared": Propagation = MS_SHARED; AttributesRecursive = true; return true;
            default: return false;
        }
    }

    private bool On(long flag) { Set |= flag; Clear &= ~flag; return true; }

    private bool Off(long flag) { Set &= ~flag; Clear |= flag; return true; }

    // The access-time modes are one field, not flags: mount_setattr wants the field cleared before one is set.
    private bool Atime(long mode) { Set = Set & ~MOUNT_ATTR__ATIME | mode; Clear |= MOUNT_ATTR__ATIME; return true; }
}
