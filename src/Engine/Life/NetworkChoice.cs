using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Request;

namespace Minirun.Engine.Life;

/// <summary>The network mode of a container that is to be made.</summary>
internal static class NetworkChoice
{
    /// <summary>Chooses it before the specification is made: to the runtime it is the host's network or a new one.</summary>
    /// <param name="options">What the runtime is told.</param>
    /// <param name="engine">What was asked for; the mode is written there.</param>
    /// <param name="store">Which networks there are.</param>
    /// <returns>What it will have less of than was to be expected; null: nothing.</returns>
    /// <exception cref="UserError">There is no such network, or it cannot do what is asked for.</exception>
    public static string? Make(RunOptions options, EngineOptions engine, ContainerStore store)
    {
        NetworkUse use = engine.Config.Network;
        if (engine.PublishAll) use.Ports.AddRange(engine.Exposed);
        bool reached = use.Ports.Count > 0 || use.Ip is not null;
        bool hasNone = options.OnlyNamespaces is { } list && !list.Split(',', StringSplitOptions.TrimEntries).Contains("net");
        string? mode = engine.Net is { } named ? Known(named) : options.Net;
        use.Mode = mode ?? (reached || (options.Detach && !hasNone) ? NetworkModes.Default(reached) : "host");
        string? less = NetworkModes.Check(use, store);
        options.Net = ContainerNetwork.ForRuntime(use.Mode);
        options.SharedIds = ContainerNetwork.SharedIds(use.Mode, store);
        return less;
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
