using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>The flags of a container's network.</summary>
internal static class NetworkFlags
{
    /// <summary>--net: what the runtime can do alone, or what the engine does. The last of several wins.</summary>
    public static void Mode(RunRequest request, string mode)
    {
        if (mode is "host" or "none")
        {
            request.Net = mode;
            if (request.IsMonitored) request.Engine.Net = null;
            return;
        }
        request.MonitoredFor ??= "--net";
        request.Engine.Net = mode;
    }

    /// <summary>--expose.</summary>
    public static string Exposed(string port)
    {
        PortMapping.CheckExposed(port);
        return port;
    }

    /// <summary>Chooses the mode, before the specification is made: to the runtime it is the host's network or a new one.</summary>
    /// <param name="request">The flags.</param>
    /// <param name="store">Which networks there are.</param>
    /// <param name="warning">What it will have less of than was to be expected.</param>
    public static void Choose(RunRequest request, ContainerStore store, out string? warning)
    {
        EngineOptions engine = request.Engine;
        NetworkUse use = engine.Config.Network;
        if (engine.PublishAll) use.Ports.AddRange(engine.Exposed);
        bool reached = use.Ports.Count > 0 || use.Ip is not null;
        bool hasNone = request.OnlyNamespaces is { } list && !list.Split(',', StringSplitOptions.TrimEntries).Contains("net");
        string? mode = engine.Net is { } named ? Known(named) : request.Net;
        use.Mode = mode ?? (reached || (request.Detach && !hasNone) ? NetworkModes.Default(reached) : "host");
        warning = NetworkModes.Check(use, store);
        request.Net = ContainerNetwork.ForRuntime(use.Mode);
        request.SharedIds = ContainerNetwork.SharedIds(use.Mode, store);
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
