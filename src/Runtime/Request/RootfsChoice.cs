using Minirun.Linux;

namespace Minirun.Runtime.Request;

/// <summary>The directory that <c>minirun run</c> takes as root file system, and the host name that it gives.</summary>
internal static class RootfsChoice
{
    /// <exception cref="UserError">There is no such directory.</exception>
    public static string Find(RunOptions options, Host host)
    {
        if (string.IsNullOrEmpty(options.Rootfs))
            throw new UserError("no root file system given",
                "name a directory that holds one: minirun run ROOTFS [CMD…]; `./build.sh rootfs busybox` makes one");
        string path = host.FullPath(options.Rootfs);
        switch (host.FileType(path))
        {
            case sys_stat.S_IFDIR:
                return path;
            case 0:
                throw new UserError($"root file system {options.Rootfs}: no such directory (or no permission to reach it)",
                    "give the path of a directory that holds a root file system; images by name come with a later version");
            default:
                throw new UserError($"root file system {options.Rootfs}: not a directory",
                    "unpack it first: mkdir ROOTFS && tar -C ROOTFS -xf FILE");
        }
    }

    /// <summary>The directory's name, with what no host name may have replaced.</summary>
    public static string Hostname(string rootfs)
    {
        char[] letters = Path.GetFileName(rootfs.TrimEnd('/')).ToCharArray();
        for (int i = 0; i < letters.Length; i++)
            if (!char.IsAsciiLetterOrDigit(letters[i]) && letters[i] != '.') letters[i] = '-';
        string name = new string(letters).Trim('-', '.');
        return name.Length == 0 ? "minirun" : name.Length > 63 ? name[..63] : name;
    }
}
