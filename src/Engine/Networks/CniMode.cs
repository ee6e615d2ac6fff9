using Minirun.Engine.Networks.Cni;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>A network with a name, through CNI plugins: --net bridge, one of network create, or an administrator's. For root.</summary>
internal sealed class CniMode(string name, EnginePaths paths) : INetworkMode
{
    /// <summary>
    /// The ports that this process holds: a monitor has one container. What plugins publish is rewritten on its way, and nobody listens:
    /// without a socket that is bound to it the next could publish the same port, and one of the two would not be reached.
    /// </summary>
    private static FreePort? s_held;

    public string Name => name;
    public bool IsOwn => true;
    public bool CanPublish => true;
    public bool CanChooseAddress => true;

    public void Require()
    {
        CniConfig config = new NetworkStore(paths).TryFind(name)
            ?? throw new UserError($"--net: no mode and no network is called '{name}'",
                "write host, none, pasta, slirp4netns, bridge, container:NAME, ns:PATH, or a network of minirun network ls");
        if (unistd.geteuid() != 0)
            throw new UserError($"--net {name}: making interfaces on the host takes root", "take --net pasta or --net slirp4netns");
        CniChain.Require(config);
    }

    public void Prepare(NetworkContext context)
    {
        // The plugins come when the namespace is there.
    }

    public void Connect(NetworkContext context, int pid)
    {
        Require();
        NetworkRecord record = context.Record;
        CniConfig config = new NetworkStore(context.Paths).Find(name);
        PortOwners.Check(context);
        s_held?.Dispose();
        s_held = PortOwners.Take(context, FreePort.Hold);
        record.Ports = s_held.Ports;
        HeldNamespace.Hold(context, pid);
        record.CniConfig = config.Json;
        context.Save();
        record.CniResult = CniChain.Add(config, Arguments(context));
        context.Save();
        CniResult result = CniResult.Parse(record.CniResult);
        (record.Address, record.PrefixLength, record.Gateway, record.Mac) =
            (result.Address, result.PrefixLength, result.Gateway, result.Mac);
        context.Save();
    }

    public void Disconnect(NetworkContext context)
    {
        s_held?.Dispose();
        s_held = null;
        NetworkRecord record = context.Record;
        // First what plugins have given: an address that is not given back is refused to the next start of the same container.
        if (record.CniConfig is { } json)
        {
            List<string> wrong = CniChain.Delete(CniConfig.Parse("network.json", json), Arguments(context), record.CniResult);
            record.Warning = string.Join("; ", wrong);
        }
        new NetworkPeers(context.Paths, name).Leave(context.Id);
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) =>
        context.Record.CniResult is { } result && CniResult.Parse(result).Nameservers is { Count: > 0 } given
            ? given
            : HostNameservers.Reachable();

    private static CniArguments Arguments(NetworkContext context) => new()
    {
        ContainerId = context.Id,
        NetNs = context.Record.NetNs ?? "",
        Ports = context.Record.Ports,
        Ip = context.Use.Ip,
        Aliases = context.Use.Aliases,
    };
}
