using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Cli.CommandLine;

/// <summary>The flags of a container's network.</summary>
internal static class NetworkFlags
{
    /// <summary>Chooses the mode, before the specification is made: to the runtime it is the host's network or a new one.</summary>
    /// <param name="options">The flags.</param>
    /// <param name="store">Which networks there are.</param>
    /// <param name="warning">What it will have less of than was to be expected.</param>
    public static NetworkUse Choose(RunOptions options, ContainerStore store, out string? warning)
    {
        var use = new NetworkUse();
        List<string> exposed = [];
        bool all = false;
        string? mode = options.Net;
        foreach (var (flag, value) in options.Engine ?? [])
        {
            Apply(flag, value, use);
            if (flag == "net") mode = Known(value);
            if (flag == "expose")
            {
                PortMapping.CheckExposed(value);
                exposed.Add(value);
            }
            if (flag == "publish-all") all = value == "true";
        }
        if (all) use.Ports.AddRange(exposed);
        bool reached = use.Ports.Count > 0 || use.Ip is not null;
        bool hasNone = options.OnlyNamespaces is { } list && !list.Split(',', StringSplitOptions.TrimEntries).Contains("net");
        use.Mode = mode ?? (reached || (options.Detach && !hasNone) ? NetworkModes.Default(reached) : "host");
        warning = NetworkModes.Check(use, store);
        options.Net = ContainerNetwork.ForRuntime(use.Mode);
        options.SharedIds = ContainerNetwork.SharedIds(use.Mode, store);
        return use;
    }

    /// <summary>False when it is no flag of these.</summary>
    public static bool Apply(string flag, string value, NetworkUse use)
    {
        switch (flag)
        {
            case "publish": use.Ports.Add(value); return true;
            case "ip": use.Ip = value; return true;
            case "dns": use.Dns.Add(value); return true;
            case "dns-search": use.DnsSearch.Add(value); return true;
            case "dns-option": use.DnsOptions.Add(value); return true;
            case "add-host": use.AddHosts.Add(value); return true;
            case "network-alias": use.Aliases.Add(value); return true;
            case "net" or "expose" or "publish-all": return true;
            default: return false;
        }
    }

    /// <summary>docker's and podman's names of modes that are ours.</summary>
    private static string Known(string mode) => mode switch
    {
        "" => throw new UserError("--net '': no mode",
            "host, none, pasta, slirp4netns, bridge, container:NAME, ns:PATH, or a network of minirun network ls"),
        "default" => NetworkModes.Default(publishes: true),
        "private" => "none",
        _ => mode,
    };
}
