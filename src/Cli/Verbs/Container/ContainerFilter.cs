using System.Globalization;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Container;

/// <summary>--filter of <c>ps</c>: of one key any value will do, of several keys all must.</summary>
internal sealed class ContainerFilter
{
    private readonly Dictionary<string, List<string>> _wanted = [];
    private readonly List<EngineContainer> _all;

    /// <exception cref="UserError">An unknown key.</exception>
    public ContainerFilter(IEnumerable<string> filters, List<EngineContainer> all)
    {
        _all = all;
        foreach (string filter in filters)
        {
            int equals = filter.IndexOf('=');
            if (equals <= 0) throw new UserError($"--filter {filter}: not KEY=VALUE", "status=exited, name=web, label=team=a");
            string key = filter[..equals];
            if (key is not ("id" or "name" or "label" or "status" or "exited" or "ancestor" or "health" or "before" or "since" or "volume"
                or "network" or "publish"))
                throw new UserError($"--filter {key}: invalid filter",
                    "id, name, label, status, exited, ancestor, health, before, since, volume, network, publish");
            if (key == "status"
                && filter[(equals + 1)..] is not ("created" or "restarting" or "running" or "removing" or "paused" or "exited" or "dead"))
                throw new UserError($"invalid filter '{filter}'", "status is created, restarting, running, paused or exited");
            // Also when nothing is left that it could be compared with.
            if (key is "before" or "since") _ = Find(filter[(equals + 1)..]);
            if (!_wanted.TryGetValue(key, out List<string>? values)) _wanted[key] = values = [];
            values.Add(filter[(equals + 1)..]);
        }
    }

    public bool Takes(EngineContainer container, ContainerState state, string status)
    {
        foreach (var (key, values) in _wanted)
            if (!(key == "label"
                ? values.TrueForAll(value => Is(key, value, container, state, status))
                : values.Exists(value => Is(key, value, container, state, status))))
                return false;
        return true;
    }

    /// <summary>PORT or FIRST-LAST[/PROTOCOL], of the host.</summary>
    private static bool Publishes(List<string> ports, string wanted)
    {
        string[] parts = wanted.Split('/');
        string[] range = parts[0].Split('-');
        if (!int.TryParse(range[0], out int first) || !int.TryParse(range[^1], out int last))
            throw new UserError($"--filter publish={wanted}: no port", "publish=8080, publish=8000-8100/udp");
        return ports.SelectMany(PortMapping.Parse)
            .Any(port => port.HostPort >= first && port.HostPort <= last && (parts.Length < 2 || port.Protocol == parts[1]));
    }

    private bool Is(string key, string value, EngineContainer container, ContainerState state, string status)
    {
        ContainerConfig config = container.Config;
        switch (key)
        {
            case "id": return config.Id.StartsWith(value, StringComparison.Ordinal);
            case "name": return config.Name.Contains(value.TrimStart('/'), StringComparison.Ordinal);
            case "status": return status == value;
            case "exited": return status == ContainerState.Exited && state.ExitCode.ToString(CultureInfo.InvariantCulture) == value;
            case "ancestor": return config.Image == value;
            case "health": return state.Health == value || (value == "none" && state.Health.Length == 0);
            case "volume": return config.Volumes.Exists(volume => volume.Name == value || volume.Destination == value);
            case "network": return config.Network.Mode == value;
            case "publish": return Publishes(config.Network.Ports, value);
            case "label":
                int equals = value.IndexOf('=');
                return config.Labels.TryGetValue(equals < 0 ? value : value[..equals], out string? label)
                    && (equals < 0 || label == value[(equals + 1)..]);
            default:
                EngineContainer other = Find(value);
                int order = string.CompareOrdinal(config.Created, other.Config.Created);
                return key == "before" ? order < 0 : order > 0;
        }
    }

    private EngineContainer Find(string name) =>
        _all.Find(each => each.Config.Name == name || each.Id.StartsWith(name, StringComparison.Ordinal))
            ?? throw new UserError($"no such container: {name}", "minirun ps -a lists them") { IsMissing = true };
}
