using System.Text;
using System.Text.Json;
using Minirun.Engine.Networks.Cni;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Networks;

/// <summary>Networks with names: CNI configurations, ours and the administrator's.</summary>
public sealed class NetworkStore(EnginePaths paths)
{
    /// <summary>What --net bridge is, unless a configuration has that name.</summary>
    public const string Default = "bridge";

    private const string Administrators = "/etc/cni/net.d";

    private static readonly string[] s_modes = ["host", "none", "pasta", "slirp4netns", "auto", "default", "container", "ns"];

    private string PathOf(string name) => $"{paths.Networks}/{name}.conflist";

    /// <summary>All of them, by name. Of two with one name, ours.</summary>
    public List<CniConfig> All()
    {
        SortedDictionary<string, CniConfig> all = new(StringComparer.Ordinal);
        foreach (string directory in (string[])[Administrators, paths.Networks])
            foreach (string file in Files(directory))
                if (Read(file) is { } config) all[config.Name] = config;
        if (!all.ContainsKey(Default)) all[Default] = BridgeNetwork.Default(paths);
        return [.. all.Values];
    }

    /// <exception cref="UserError">There is none of that name.</exception>
    public CniConfig Find(string name) =>
        TryFind(name) ?? throw new UserError($"network {name} not found", "minirun network ls lists them") { IsMissing = true };

    public CniConfig? TryFind(string name)
    {
        foreach (CniConfig config in All())
            if (config.Name == name) return config;
        return null;
    }

    /// <exception cref="UserError">It cannot be made.</exception>
    public CniConfig Create(string name, BridgeNetwork network)
    {
        Check(name);
        using var held = Lock();
        if (TryFind(name) is not null) throw new UserError($"network with name {name} already exists", "minirun network rm removes one");
        CniConfig config = CniConfig.Parse(PathOf(name), network.ToJson(name, this, paths));
        AtomicFile.Write(PathOf(name), Encoding.UTF8.GetBytes(config.Json), 0x1a4 /* 0644 */);
        return config;
    }

    /// <exception cref="UserError">It is not ours, or in use.</exception>
    public void Remove(string name)
    {
        using var held = Lock();
        CniConfig config = Find(name);
        if (config.Path != PathOf(name))
            throw new UserError($"network {name}: it is not one that minirun made",
                config.Path.Length > 0 ? $"remove {config.Path}" : "it is always there");
        if (new NetworkPeers(paths, name).All() is { Count: > 0 } peers)
            throw new UserError($"network {name} has active endpoints: {string.Join(", ", peers.Select(peer => peer.Names[0]))}",
                "stop these containers first");
        unistd.unlink(config.Path);
        BridgeNetwork.RemoveLink(config);
        new NetworkPeers(paths, name).Forget();
        TreeRemoval.Remove(BridgeNetwork.Leases(paths, name));
    }

    /// <summary>Running containers on it.</summary>
    public List<NetworkPeer> Peers(string name) => new NetworkPeers(paths, name).All();

    /// <summary>Made by network create.</summary>
    public bool IsOurs(CniConfig config) => config.Path == PathOf(config.Name);

    /// <summary>The host's address on it; empty: none, or another plugin knows.</summary>
    public static string Gateway(CniConfig config)
    {
        if (config.Plugins[0].TryGetProperty("ipam", out JsonElement ipam) && ipam.ValueKind == JsonValueKind.Object
            && ipam.TryGetProperty("ranges", out JsonElement ranges) && ranges is { ValueKind: JsonValueKind.Array }
            && ranges.GetArrayLength() > 0 && ranges[0] is { ValueKind: JsonValueKind.Array } first && first.GetArrayLength() > 0)
            return CniConfig.Text(first[0], "gateway");
        return "";
    }

    private static void Check(string name)
    {
        bool good = name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name) good &= char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';
        if (!good)
            throw new UserError($"network '{name}': not the name of a network", "a letter or digit, then letters, digits, _ . and -");
        if (s_modes.Contains(name)) throw new UserError($"network {name}: that is a mode of --net", "take another name");
    }

    private FileLock Lock()
    {
        paths.Make();
        OwnDirectory.Make(paths.Networks, 0x1c0 /* 0700 */);
        var held = FileLock.OnFile(paths.Networks + "/.lock", "the list of networks");
        // Of a command that was killed: only who holds the lock writes here.
        foreach (string left in Directory.EnumerateFiles(paths.Networks, "*.tmp")) unistd.unlink(left);
        return held;
    }

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory)
                .Where(file => file.EndsWith(".conflist", StringComparison.Ordinal) || file.EndsWith(".conf", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];

    private static CniConfig? Read(string file)
    {
        try
        {
            return RegularFile.Read(file, follow: true) is { } bytes ? CniConfig.Parse(file, Encoding.UTF8.GetString(bytes)) : null;
        }
        catch (Exception error) when (error is UserError or LinuxException)
        {
            // One that is broken does not hide the others.
            return null;
        }
    }
}
