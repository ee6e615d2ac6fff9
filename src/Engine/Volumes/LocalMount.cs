using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Mounts;

namespace Minirun.Engine.Volumes;

/// <summary>The options of a local volume that is a mount: type, device and o, as mount(8) has -t, the device and -o.</summary>
internal sealed record LocalMount(string Type, string Device, string Options)
{
    /// <summary>Null without options.</summary>
    /// <exception cref="UserError">An unknown option, or one that lacks.</exception>
    public static LocalMount? Parse(Dictionary<string, string> options)
    {
        if (options.Count == 0) return null;
        foreach (string key in options.Keys)
            if (key is not ("type" or "device" or "o"))
                throw new UserError($"--opt {key}: the local driver has no such option",
                    "type, device and o, as mount(8) has -t, the device and -o");
        string Of(string key) => options.GetValueOrDefault(key, "");
        var mount = new LocalMount(Of("type"), Of("device"), Of("o"));
        if (mount.Device.Length == 0)
            throw new UserError("a local volume with options needs device",
                "--opt type=tmpfs --opt device=tmpfs, or --opt type=none --opt o=bind --opt device=/DIR");
        if (mount.Type.Length == 0)
            throw new UserError("a local volume with options needs type",
                "--opt type=tmpfs, none (with o=bind), nfs, or another file system's");
        if (mount.IsBind && !mount.Device.StartsWith('/'))
            throw new UserError($"device={mount.Device}: not an absolute path", "a bind is of a directory of the host");
        return mount;
    }

    private bool IsBind => Options.Split(',').Any(option => option is "bind" or "rbind");

    /// <exception cref="UserError">No right to, or the kernel refuses.</exception>
    public void MountOn(string path, string name)
    {
        List<string> words = [.. Options.Split(',', StringSplitOptions.RemoveEmptyEntries)];
        if (Type is "nfs" or "nfs4") Resolve(words);
        MountOptions parsed = MountOptions.Parse(words);
        long flags = Flags(parsed.Set);
        string data = parsed.Data.TrimEnd('\0').Replace('\0', ',');
        long first = parsed.IsBind ? sys_mount.MS_BIND | (parsed.Recursive ? sys_mount.MS_REC : 0) : flags;
        int errno = Mounting.Mount(Device, path, Type, first, data);
        // A bind takes its flags only when it is mounted again.
        if (errno == 0 && parsed.IsBind && flags != 0) errno = Mounting.Mount(Device, path, Type, sys_mount.MS_BIND | Remount | flags, "");
        if (errno == 0) return;
        if (errno is Errno.EPERM or Errno.EACCES && unistd.geteuid() != 0)
            throw new UserError(
                $"volume {name}: cannot mount {Device}: only root may mount, a user's volumes are plain directories: mount: "
                    + $"{Errno.Describe(errno)}",
                "make the volume without --opt; run has --tmpfs and -v /DIR:/DST");
        throw new UserError($"volume {name}: cannot mount {Device} on {path}: mount: {Errno.Describe(errno)}",
            errno == Errno.ENODEV
                ? $"the kernel has no file system '{Type}'"
                : $"type={Type} device={Device} o={Options}; dmesg may say more");
    }

    private const int Remount = 32;   // MS_REMOUNT

    private static long Flags(long attributes)
    {
        // The first four are the same numbers as MS_.
        long flags = attributes & 0xf;
        if ((attributes & sys_mount.MOUNT_ATTR_NOATIME) != 0) flags |= sys_mount.MS_NOATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_NODIRATIME) != 0) flags |= sys_mount.MS_NODIRATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_STRICTATIME) != 0) flags |= sys_mount.MS_STRICTATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_NOSYMFOLLOW) != 0) flags |= sys_mount.MS_NOSYMFOLLOW;
        return flags;
    }

    /// <summary>The kernel's nfs wants addr= as a number.</summary>
    private static void Resolve(List<string> words)
    {
        for (int i = 0; i < words.Count; i++)
            if (words[i].StartsWith("addr=", StringComparison.Ordinal)) words[i] = "addr=" + HostNames.Find(words[i][5..]);
    }
}
