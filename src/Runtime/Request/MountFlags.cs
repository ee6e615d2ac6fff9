using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>The texts of -v, --mount and --tmpfs, as docker has them, turned into OCI mounts.</summary>
public static class MountFlags
{
    private const string Usage =
        "write -v SOURCE:DESTINATION[:OPTIONS], with an absolute destination and options such as ro, rslave, nosuid";

    private static readonly string[] s_options =
    [
        "ro", "rw", "rro", "private", "rprivate", "slave", "rslave", "shared", "rshared", "bind", "rbind", "nosuid", "suid", "nodev", "dev",
            "noexec", "exec",
        "noatime", "relatime", "strictatime", "nodiratime", "nosymfollow",
    ];

    /// <summary>-v SOURCE:DESTINATION[:OPTIONS]. A source without a slash is a named volume: see <see cref="VolumeFlags"/>.</summary>
    public static OciMount Volume(string text, string? currentDirectory)
    {
        string[] parts = text.Split(':');
        if (parts.Length < 2)
            throw new UserError($"-v {text}: not SOURCE:DESTINATION[:OPTIONS]",
                "an anonymous volume cannot be given here; --tmpfs gives a throwaway place");
        if (HasColon(parts))
            throw new UserError($"-v {text}: not SOURCE:DESTINATION[:OPTIONS]",
                "the destination is an absolute path; where a path has a colon, write --mount type=bind,source=PATH,destination=/PATH");
        string[] options = parts.Length == 3 ? parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
        OciMount mount =
            new() { Destination = Destination(parts[1], $"-v {text}"), Source = Source(parts[0], $"-v {text}", currentDirectory) };
        mount.Type = options.Contains("O") ? "overlay" : "bind";
        if (mount.Type == "bind" && !options.Contains("bind") && !options.Contains("rbind")) mount.Options.Add("rbind");
        foreach (string option in options)
        {
            if (option is "z" or "Z" or "O") continue;   // SELinux labels: nothing to do where there is no SELinux
            if (!s_options.Contains(option))
                throw new UserError($"-v {text}: unknown option '{option}'", "the options are z, Z, O, " + string.Join(", ", s_options));
            // Both words say that it is a bind, as all -v are but this one.
            if (mount.Type == "overlay" && option is "bind" or "rbind") continue;
            mount.Options.Add(ReadOnly(option, mount));
        }
        return mount;
    }

    /// <summary>Whether a path of -v seems to have a colon in it, which divides its parts.</summary>
    internal static bool HasColon(string[] parts) => parts.Length > 3 || parts is [_, not ['/', ..], ['/', ..]];

    /// <summary>--tmpfs DESTINATION[:OPTIONS].</summary>
    public static OciMount Tmpfs(string text)
    {
        int colon = text.IndexOf(':');
        OciMount mount = new()
        {
            Destination = Destination(colon < 0 ? text : text[..colon], $"--tmpfs {text}"),
            Type = "tmpfs",
            Source = "tmpfs",
            Options = ["nosuid", "nodev", "noexec"]
        };
        if (colon < 0) mount.Options.Add("mode=1777");
        else AddTmpfsOptions(mount, text[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries), $"--tmpfs {text}");
        return mount;
    }

    /// <summary>--mount type=bind|tmpfs|overlay,source=…,destination=…,….</summary>
    public static OciMount Mount(string text, string? currentDirectory)
    {
        string context = $"--mount {text}";
        string type = "", source = "", destination = "";
        List<string> options = [];
        bool recursive = true;
        foreach (string field in text.Split(','))
        {
            int equals = field.IndexOf('=');
            string key = equals < 0 ? field : field[..equals], value = equals < 0 ? "" : field[(equals + 1)..];
            switch (key)
            {
                case "type": type = value; break;
                case "source" or "src": source = value; break;
                case "destination" or "dst" or "target": destination = value; break;
                case "readonly" or "ro": if (value is "" or "true" or "1") options.Add("ro"); break;
                case "bind-propagation": options.Add(value); break;
                case "bind-nonrecursive": recursive = value is "false" or "0"; break;
                case "tmpfs-size": options.Add("size=" + value); break;
                case "tmpfs-mode": options.Add("mode=" + value); break;
                case "nosuid" or "nodev" or "noexec" or "exec" or "suid" or "dev" or "noatime" or "rro": options.Add(key); break;
                default:
                    throw new UserError($"{context}: unknown key '{key}'",
                        "the keys are type, source, destination, readonly, bind-propagation, bind-nonrecursive, tmpfs-size, tmpfs-mode, "
                            + "nosuid, nodev, noexec");
            }
        }
        OciMount mount = new() { Destination = Destination(destination, context), Type = type };
        switch (type)
        {
            case "bind":
                mount.Source = Source(source, context, currentDirectory);
                mount.Options.Add(recursive ? "rbind" : "bind");
                foreach (string option in options)
                {
                    if (!s_options.Contains(option))
                        throw new UserError($"{context}: a bind mount has no option '{option}'",
                            "tmpfs-size and tmpfs-mode are for type=tmpfs");
                    mount.Options.Add(ReadOnly(option, mount));
                }
                break;
            case "tmpfs":
                mount.Source = "tmpfs";
                mount.Options.AddRange(["nosuid", "nodev", "noexec"]);
                AddTmpfsOptions(mount, [.. options], context);
                break;
            case "overlay":
                mount.Source = Source(source, context, currentDirectory);
                foreach (string option in options)
                {
                    if (!s_options.Contains(option))
                        throw new UserError($"{context}: an overlay has no option '{option}'",
                            "tmpfs-size and tmpfs-mode are for type=tmpfs");
                    mount.Options.Add(option);
                }
                break;
            default:
                throw new UserError($"{context}: {(type.Length == 0 ? "no type" : $"unknown type '{type}'")}",
                    "the types are bind, volume, tmpfs and overlay");
        }
        return mount;
    }

    /// <summary>An absolute, clean path that is not the root itself.</summary>
    internal static string Destination(string path, string context)
    {
        if (!path.StartsWith('/')) throw new UserError($"{context}: the destination '{path}' is not an absolute path", context switch
        {
            ['-', '-', 't', ..] => "write --tmpfs /DESTINATION[:OPTIONS]",
            ['-', '-', 'm', ..] => "write --mount type=…,destination=/DESTINATION",
            _ => Usage,
        });
        if (path.Contains('\0') || path.Split('/').Contains(".."))
            throw new UserError($"{context}: the destination '{path}' has a '..' in it", "write the path without it");
        string clean = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
        return clean != "/" ? clean : throw new UserError($"{context}: the destination is the root itself", "give another ROOTFS instead");
    }

    private static string Source(string path, string context, string? currentDirectory)
    {
        if (path.Length == 0) throw new UserError($"{context}: no source", Usage);
        if (!path.Contains('/') && path is not ("." or ".."))
            throw new UserError($"{context}: '{path}' would be a named volume, which cannot be given here",
                $"for a directory of that name write ./{path}");
        return currentDirectory is null ? CurrentDirectory.FullPath(path) : Path.GetFullPath(path, currentDirectory);
    }

    private static void AddTmpfsOptions(OciMount mount, string[] options, string context)
    {
        foreach (string option in options)
        {
            string key = option.Split('=')[0];
            if (key is not ("size" or "mode" or "uid" or "gid" or "nr_inodes" or "nr_blocks" or "huge") && !s_options.Contains(key))
                throw new UserError($"{context}: tmpfs has no option '{option}'", "such as size=64m, mode=1777, exec, ro");
            mount.Options.Add(option);
        }
        if (!options.Any(option => option.StartsWith("mode=", StringComparison.Ordinal))) mount.Options.Add("mode=1777");
    }

    // What is asked to be read-only is so with everything mounted below it: docker since 25.
    private static string ReadOnly(string option, OciMount mount) => option == "ro" && mount.Options.Contains("rbind") ? "rro" : option;
}
