using System.Text;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>
/// The texts of -v and --mount that mean a volume: NAME:/DST, /DST alone, type=volume. They become mounts of type "volume", which keep
/// their place among the others until the engine, which knows where volumes are, turns them into binds.
/// </summary>
public static class VolumeFlags
{
    public const string Type = "volume", NoCopy = "nocopy", Driver = "volume-driver=", Option = "volume-opt=", Label = "volume-label=";

    private static readonly string[] s_passed = ["ro", "nosuid", "suid", "nodev", "dev", "noexec", "exec", "noatime", "relatime"];

    /// <summary>-v in any form, into <paramref name="options"/>.</summary>
    public static void AddVolume(RunOptions options, string text, string? currentDirectory) =>
        Add(options, Volume(text) ?? MountFlags.Volume(text, currentDirectory));

    /// <summary>--mount of any type.</summary>
    public static void AddMount(RunOptions options, string text, string? currentDirectory) =>
        Add(options, Mount(text) ?? MountFlags.Mount(text, currentDirectory));

    /// <summary>Null when it is a bind or a mistake, which <see cref="MountFlags"/> names.</summary>
    internal static OciMount? Volume(string text)
    {
        int colon = text.IndexOf(':');
        string name = colon < 0 ? "" : text[..colon];
        if (colon < 0 ? text.Length == 0 : name.Length == 0 || name.Contains('/') || name is "." or "..") return null;
        string[] parts = text.Split(':');
        if (MountFlags.HasColon(parts)) return null;
        OciMount mount = new() { Type = Type, Source = name, Destination = MountFlags.Destination(parts[colon < 0 ? 0 : 1], $"-v {text}") };
        foreach (string option in parts.Length < 3 ? [] : parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (option is "z" or "Z" or "rw" or "copy") continue;   // SELinux labels, and what is so anyway
            if (option != NoCopy && Array.IndexOf(s_passed, option) < 0)
                throw new UserError($"-v {text}: unknown option '{option}'",
                    "the options of a volume are rw, z, Z, nocopy, " + string.Join(", ", s_passed));
            mount.Options.Add(option);
        }
        return mount;
    }

    /// <summary>Null when it is of another type. Without a type it is a volume (docker).</summary>
    internal static OciMount? Mount(string text)
    {
        List<string> fields = Fields(text);
        string type = Type;
        foreach (string field in fields)
            if (field.StartsWith("type=", StringComparison.Ordinal)) type = field[5..];
        if (type != Type || fields.Count == 1) return null;
        OciMount mount = new() { Type = Type, Source = "" };
        foreach (string field in fields)
        {
            int equals = field.IndexOf('=');
            string key = equals < 0 ? field : field[..equals], value = equals < 0 ? "" : field[(equals + 1)..];
            switch (key)
            {
                case "type": break;
                case "source" or "src": mount.Source = value; break;
                case "destination" or "dst" or "target": mount.Destination = MountFlags.Destination(value, $"--mount {text}"); break;
                case "readonly" or "ro": if (value is "" or "true" or "1") mount.Options.Add("ro"); break;
                case "volume-nocopy": if (value is "" or "true" or "1") mount.Options.Add(NoCopy); break;
                case "volume-driver" or "volume-opt" or "volume-label": mount.Options.Add(field); break;
                default:
                    throw new UserError($"--mount {text}: a volume has no key '{key}'",
                        "the keys are type, source, destination, readonly, volume-driver, volume-opt, volume-label, volume-nocopy");
            }
        }
        if (mount.Source.Contains('/') || mount.Source is "." or "..")
            throw new UserError($"--mount {text}: '{mount.Source}' is not the name of a volume",
                "a directory of the host is a mount of its own type: add type=bind");
        return mount.Destination.Length > 0 ? mount : throw new UserError($"--mount {text}: no destination", "write destination=/PATH");
    }

    /// <summary>
    /// Whoever fills a volume may put in a node of any device; that of a directory of devices, or with "dev", is what is wanted of it.
    /// </summary>
    internal static void HideDevices(OciMount mount)
    {
        bool binds = mount.Type is "bind" or "overlay" or Type;
        if (!binds || KeepsDevices(mount) || mount.Options.Exists(option => option is "nodev" or "rnodev")) return;
        mount.Options.Add(mount.Options.Contains("rbind") ? "rnodev" : "nodev");
    }

    internal static bool KeepsDevices(OciMount mount) =>
        !mount.Options.Exists(option => option is "nodev" or "rnodev")
        && (mount.Options.Exists(option => option is "dev" or "rdev")
            || mount.Source is "/dev" || mount.Source?.StartsWith("/dev/", StringComparison.Ordinal) == true);

    private static void Add(RunOptions options, OciMount mount)
    {
        options.Mounts.Add(mount);
        if (mount.Type == Type) options.MonitoredFor ??= "--volume";
    }

    /// <summary>As a line of CSV: a field in quotes may have commas in it, as in "volume-opt=o=addr=10.0.0.1,rw".</summary>
    private static List<string> Fields(string text)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        bool quoted = false;
        foreach (char c in text)
            if (c == '"') quoted = !quoted;
            else if (c != ',' || quoted) field.Append(c);
            else
            {
                fields.Add(field.ToString());
                field.Clear();
            }
        fields.Add(field.ToString());
        return fields;
    }
}
