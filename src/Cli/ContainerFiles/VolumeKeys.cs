using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.ContainerFiles;

/// <summary>volumes: short texts as for -v, and compose's long form, which is turned into that of --mount.</summary>
internal static class VolumeKeys
{
    private const string LongKeys = "type, source, target, read_only, bind.propagation, volume.nocopy, tmpfs.size, tmpfs.mode";

    public static void Volumes(ServiceKeys reader, string key, FileNode node)
    {
        if (node.Items is not { } volumes)
            throw reader.Error(node, $"{key}: takes a list", "a container file is one service: write `- SOURCE:TARGET` below it");
        foreach (FileNode volume in volumes)
        {
            if (volume.Entries is null) Short(reader, key, volume);
            else Long(reader, key, volume);
            OciMount mount = reader.Options.Mounts[^1];
            if (mount.Type is not ("tmpfs" or VolumeFlags.Type) && !Path.Exists(mount.Source))
                throw reader.Error(volume, $"{key}: no such file or directory: {mount.Source}",
                    "create it first; a relative source is relative to the directory of the file");
        }
    }

    private static void Short(ServiceKeys reader, string key, FileNode volume)
    {
        string text = reader.Text(key, volume);
        Add(reader, key, volume,
            () => VolumeFlags.AddVolume(reader.Options, text.StartsWith("~/", StringComparison.Ordinal) ? reader.FullPath(text) : text,
                reader.Directory));
    }

    private static void Add(ServiceKeys reader, string key, FileNode volume, Action add) => reader.Try(key, volume, () =>
    {
        add();
        return true;
    });

    private static void Long(ServiceKeys reader, string key, FileNode volume)
    {
        List<string> fields = [];
        foreach (var (name, value) in volume.Entries!)
        {
            switch (name.Text)
            {
                case "type" or "target": Field(name.Text, value); break;
                case "source": Field("source", value); break;
                case "read_only": Field("readonly", value); break;
                case "consistency": break;   // compose: ignored on Linux
                case "volume" when value.Entries is not null: AddVolume(value); break;
                case "bind" when value.Entries is not null: AddBind(value); break;
                case "tmpfs" when value.Entries is not null: AddTmpfs(value); break;
                default: throw reader.Error(name, $"{key}: unknown key '{name.Text}'", $"the keys are {LongKeys}");
            }
        }
        VolumeKeys.Add(reader, key, volume, () => VolumeFlags.AddMount(reader.Options, string.Join(',', fields), reader.Directory));

        void Field(string field, FileNode value)
        {
            string text = reader.Text($"{key}: {field}", value);
            if (text.Contains(','))
                throw reader.Error(value, $"{key}: {field}: a comma cannot be given here", "use the short form, SOURCE:TARGET");
            if (field == "source" && text.StartsWith("~/", StringComparison.Ordinal)) text = reader.FullPath(text);
            if (field == "readonly" && text is not ("true" or "false"))
                throw reader.Error(value, $"{key}: read_only: '{text}' is neither true nor false", "write read_only: true");
            fields.Add($"{field}={text}");
        }

        void AddBind(FileNode bind)
        {
            foreach (var (name, value) in bind.Entries!)
            {
                if (name.Text == "propagation") Field("bind-propagation", value);
                else if (name.Text == "create_host_path" && value.Text == "false" || name.Text == "selinux") continue;
                else
                    throw reader.Error(name, $"{key}: bind: '{name.Text}' is not supported by this version",
                        "make the source yourself; the key is propagation");
            }
        }

        void AddVolume(FileNode options)
        {
            foreach (var (name, value) in options.Entries!)
            {
                if (name.Text != "nocopy")
                    throw reader.Error(name, $"{key}: volume: '{name.Text}' is not supported by this version", "the key is nocopy");
                Field("volume-nocopy", value);
            }
        }

        void AddTmpfs(FileNode tmpfs)
        {
            foreach (var (name, value) in tmpfs.Entries!)
            {
                if (name.Text is not ("size" or "mode"))
                    throw reader.Error(name, $"{key}: tmpfs: unknown key '{name.Text}'", "the keys are size and mode");
                Field("tmpfs-" + name.Text, value);
            }
        }
    }
}
