using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>All modes of --net.</summary>
public static class NetworkModes
{
    public static INetworkMode Of(string mode, EnginePaths paths) => mode switch
    {
        "host" => new HostMode(),
        "none" => new NoneMode(),
        "auto" => new AutoMode(),
        "pasta" => new PastaMode(),
        "slirp4netns" => new SlirpMode(),
        _ when mode.StartsWith(JoinMode.Container, StringComparison.Ordinal) || mode.StartsWith(JoinMode.Path, StringComparison.Ordinal) =>
            new JoinMode(mode),
        _ => new CniMode(mode, paths),
    };

    /// <summary>What a background container gets when nobody said (docs/decisions, networks).</summary>
    public static string Default(bool publishes) => unistd.geteuid() != 0 ? "auto" : publishes ? NetworkStore.Default : "host";

    /// <summary>Those that this machine has what they need for.</summary>
    public static List<string> Here(EnginePaths paths)
    {
        List<string> here = [];
        foreach (string mode in (string[])["host", "none", "pasta", "slirp4netns", NetworkStore.Default])
            try
            {
                Of(mode, paths).Require();
                here.Add(mode);
            }
            catch (UserError)
            {
                // It says what is missing, to who asks for it.
            }
        return here;
    }

    /// <summary>What was asked for fits the mode, and the mode this machine.</summary>
    /// <returns>A warning, or null.</returns>
    /// <exception cref="UserError">It does not.</exception>
    public static string? Check(NetworkUse use, ContainerStore store)
    {
        INetworkMode mode = Of(use.Mode, store.Paths);
        foreach (string port in use.Ports) PortMapping.Parse(port);
        if (use.Ports.Count > 0 && !mode.CanPublish)
            throw new UserError($"--publish: not with --net {use.Mode}",
                use.Mode
                    == "host" ? "the container listens on the host itself; for a network of its own take --net bridge (root) or --net pasta"
                    : use.Mode == "none" ? "nobody reaches it there; take --net pasta, slirp4netns or bridge"
                    : "publish the ports on the container that owns the network");
        if (use.Ip is not null && !mode.CanChooseAddress)
            throw new UserError($"--ip: not with --net {use.Mode}", "take --net bridge, or a network of minirun network create");
        if (use.Ip is not null && !System.Net.IPAddress.TryParse(use.Ip, out _))
            throw new UserError($"--ip {use.Ip}: not an address", "such as --ip 10.88.0.7");
        foreach (string server in use.Dns)
            if (!System.Net.IPAddress.TryParse(server, out _))
                throw new UserError($"--dns {server}: not an address", "such as --dns 9.9.9.9: a name server has no name");
        foreach (string host in use.AddHosts) ContainerFiles.ParseHost(host);
        if (mode is HelperMode helper) helper.Require(publishes: use.Ports.Count > 0);
        else mode.Require();
        if (mode is JoinMode { IsContainers: true } join) RefuseNames(use, join.Peer(store.Paths));
        if (mode is not AutoMode || AutoMode.Missing() is not var (why, mend)) return null;
        if (use.Ports.Count > 0) throw new UserError($"--publish: no network but lo: {why}", mend);
        return $"no network but lo: {why}; {mend}; or take --net none or --net host";
    }

    /// <summary>Which program moves the packets of a user's containers, or why none does, and what to do about it.</summary>
    public static (string? Program, string Why, string Mend) OfUsers() =>
        AutoMode.Missing() is var (why, mend) ? (null, why, mend) : (AutoMode.Program(), "", "");

    /// <summary>It has the other's files; what it asks for itself would be left out in silence.</summary>
    private static void RefuseNames(NetworkUse use, EngineContainer peer)
    {
        string? asked = use.Dns.Count > 0 ? "--dns" : use.DnsSearch.Count > 0 ? "--dns-search" : use.DnsOptions.Count > 0 ? "--dns-option"
            : use.AddHosts.Count > 0 ? "--add-host" : use.Aliases.Count > 0 ? "--network-alias" : null;
        if (asked is not null)
            throw new UserError($"{asked}: not with --net {use.Mode}", $"it has the names of container {peer.Config.Name}: ask there");
    }
}
