using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Networks;

/// <summary>The network of one container, from the making of its configuration to its end.</summary>
public static class ContainerNetwork
{
    /// <summary>What --net is for the runtime: the host's network, or a new one with only lo.</summary>
    public static string ForRuntime(string mode) =>
        NetworkModes.Of(mode, EnginePaths.Default()) is { IsOwn: true } or JoinMode ? "none" : "host";

    /// <summary>The id maps of the user namespace that a mode shares where no other is asked for; null: none.</summary>
    public static IdMaps? SharedIds(string mode, ContainerStore store) =>
        NetworkModes.Of(mode, store.Paths) is JoinMode { IsContainers: true } join
            ? SharedUserNamespace.IdsOf(join.Peer(store.Paths))
            : null;

    /// <summary>Puts what a mode needs into a configuration that was made for <see cref="ForRuntime"/>.</summary>
    /// <param name="config">Its id is chosen.</param>
    /// <param name="isOurs">Our own runtime makes the container.</param>
    public static void Configure(OciSpec oci, ContainerConfig config, ContainerStore store, bool isOurs)
    {
        NetworkUse use = config.Network;
        INetworkMode mode = NetworkModes.Of(use.Mode, store.Paths);
        string directory = $"{store.Paths.Containers}/{config.Id}";
        if (mode is JoinMode join) Join(oci, join, directory, store, isOurs);
        // On the host's network as well: the host's own files could be held by a lease.
        ContainerFiles.Mount(oci, directory);
    }

    /// <summary>Before the container is made. What an earlier monitor that was killed has left was released.</summary>
    public static void Prepare(EngineContainer container)
    {
        NetworkContext context = New(container);
        INetworkMode mode = Mode(container);
        mode.Prepare(context);
        ContainerFiles.Write(context, mode);
    }

    /// <summary>The container waits for its start.</summary>
    /// <param name="pid">Its first process.</param>
    public static void Connect(EngineContainer container, int pid)
    {
        NetworkContext context = New(container);
        INetworkMode mode = Mode(container);
        if (mode is HostMode) return;
        context.Save();
        mode.Connect(context, pid);
        // auto has become another by now.
        mode = NetworkModes.Of(context.Record.Mode, container.Paths);
        context.Save();
        ContainerFiles.Write(context, mode);
        if (mode is CniMode && context.Record.Address.Length > 0)
            new NetworkPeers(context.Paths, mode.Name).Join(new(container.Id, context.Record.Address, Names(container)));
    }

    /// <summary>After its end, whoever saw that. Nothing when nothing is set up.</summary>
    public static void Release(EngineContainer container)
    {
        if (NetworkRecord.Of(container) is not { } record)
        {
            // One that cannot be read leaves what we know without it.
            if (File.Exists(NetworkRecord.PathOf(container.Directory)))
                HeldNamespace.LetGo(NetworkRecord.NamespaceOf(container.Paths, container.Id));
            unistd.unlink(NetworkRecord.PathOf(container.Directory));
            return;
        }
        // A start of the machine ends processes and namespaces, and gives their pids to others.
        if (record.BootId != EngineContainer.BootId()) (record.HelperPid, record.NetNs) = (0, null);
        try
        {
            NetworkModes.Of(record.Mode, container.Paths).Disconnect(Describe(container, record));
        }
        catch (Exception error) when (error is Runtime.UserError or LinuxException)
        {
            // What can be taken away is: the container goes all the same.
        }
        if (record.NetNs is { } held) HeldNamespace.LetGo(held);
        unistd.unlink(NetworkRecord.PathOf(container.Directory));
    }

    private static INetworkMode Mode(EngineContainer container) => NetworkModes.Of(container.Config.Network.Mode, container.Paths);

    private static NetworkContext New(EngineContainer container) =>
        Describe(container, new NetworkRecord { Mode = container.Config.Network.Mode, BootId = EngineContainer.BootId() });

    private static NetworkContext Describe(EngineContainer container, NetworkRecord record) => new()
    {
        Id = container.Id,
        Name = container.Config.Name,
        Hostname = container.Config.Hostname,
        Directory = container.Directory,
        Paths = container.Paths,
        Use = container.Config.Network,
        Record = record,
    };

    private static string[] Names(EngineContainer container) =>
        [container.Config.Name, .. container.Config.Network.Aliases, container.ShortId];

    private static void Join(OciSpec oci, JoinMode mode, string directory, ContainerStore store, bool isOurs)
    {
        foreach (OciNamespace each in oci.Linux.Namespaces)
            if (each.Type == "network") each.Path = $"{directory}/{JoinMode.NetLink}";
        if (mode.IsContainers) SharedUserNamespace.Choose(oci, mode.Peer(store.Paths), $"{directory}/{JoinMode.UserLink}", isOurs);
        else if (oci.Linux.Namespaces.Exists(each => each.Type == "user")) SharedUserNamespace.Show(oci, unistd.geteuid() != 0, isOurs);
    }
}
